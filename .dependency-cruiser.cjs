/** The layers of src/, as rules: pipeline <- ports <- shells and adapters <- commands <- main. */
module.exports = {
  forbidden: [
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pipeline-is-pure',
      comment:
        'Bytes in, records out: no client, no clock, no environment, no I/O. Of node only buffers and hashes.',
      severity: 'error',
      from: { path: '^src/pipeline' },
      to: { pathNot: ['^src/pipeline', 'node_modules/avsc/', '^(node:)?(buffer|crypto)$'] },
    },
    {
      name: 'rules-are-leaves',
      comment: 'A rule knows the event and nothing about its siblings.',
      severity: 'error',
      from: { path: '^src/pipeline/rules/(?!index|seed|current)[^/]+' },
      to: { path: '^src/pipeline/rules/(?!rule\\.ts)[^/]+' },
    },
    {
      name: 'ports-know-only-shapes',
      severity: 'error',
      from: { path: '^src/ports' },
      to: { pathNot: ['^src/pipeline/'] },
    },
    ...[
      ['kafka', 'kafkajs/'],
      ['users', '(pg-promise|lru-cache|csv-parse)/'],
      ['observe', '(prom-client|pino)/'],
    ].map(([folder, library]) => ({
      name: `only-${folder}-knows-its-client`,
      comment: 'Each client library has one folder that may import it.',
      severity: 'error',
      from: { path: '^src', pathNot: `^src/${folder}/` },
      to: { path: `node_modules/${library}` },
    })),
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/(kafka|users|schemas|bridge|processor|replay|errors)/' },
      to: {
        path: '^src/(kafka|users|schemas|bridge|processor|replay|errors)/',
        pathNot: ['^src/$1/'],
      },
    },
    {
      name: 'observe-is-a-leaf',
      severity: 'error',
      from: { path: '^src/observe/' },
      to: { path: '^src/', pathNot: ['^src/observe/', '^src/pipeline/reasons', '^src/ports', '^src/config'] },
    },
    {
      name: 'only-commands-compose',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/(main|commands)' },
      to: { path: '^src/(main|commands)' },
    },
  ],
  required: [],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
}
