-- The registry's own database, beside edX's.
CREATE DATABASE registry;
