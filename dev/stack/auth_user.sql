-- edX's user table as far as it is read, with the sample users of the demo and the tests.
create table if not exists auth_user (
  id integer primary key,
  username varchar(150) not null unique
);

insert into auth_user (id, username) values
  (1, 'alice'),
  (7, 'zoë'),
  (10, 'bob'),
  (42, 'carol'),
  (1000, 'dave_1000'),
  (2147483647, 'maxint')
on conflict do nothing;
