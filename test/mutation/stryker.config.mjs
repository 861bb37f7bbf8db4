// `npm run mutation`: changes lines of what is decided without any server, and says which changes no test notices.
// It takes hours; `npm run mutation -- --mutate 'src/domain/source/**/*.ts'` looks at a part.
export default {
  testRunner: "vitest",
  vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
  mutate: [
    "src/domain/**/*.ts",
    "src/pipeline/plan/**/*.ts",
    "src/pipeline/execute/{Causes,Course,Result,Rollout,Segment}.ts",
    "src/pipeline/doctor/{Diagnose,Stuck}.ts"
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
