// `npm run mutation`: changes lines of what is decided without any server, and says which changes no test notices.
// It takes hours; `npm run mutation -- --mutate 'src/domain/source/**/*.ts'` looks at a part.
export default {
  testRunner: "vitest",
  vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
  // What is decided without any server; the rest of the pipeline is held by the scenario suites, on real servers.
  mutate: [
    "src/domain/**/*.ts",
    "src/pipeline/plan/**/*.ts",
    "src/pipeline/execute/{Causes,Course,Gates,Kept,Lane,Line,Narrow,Result,Rollout,Segment,Tally}.ts",
    "src/pipeline/doctor/{Diagnose,Server,Stuck}.ts",
    "src/pipeline/adoption/{Matching,Standing}.ts",
    "src/pipeline/foreign/Decide.ts"
  ],
  coverageAnalysis: "perTest",
  dryRunTimeoutMinutes: 60,
  // Lines that run while a module is loaded would need a process each.
  ignoreStatic: true,
  concurrency: 1,
  reporters: ["clear-text", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  tempDirName: "dist/mutation",
  ignorePatterns: ["/dist", "/docs", "/deploy", "/docker"],
  thresholds: { high: 90, low: 80, break: 80 }
}
