/** The library's `Migration`: its types, and the ways to make one. */
export * from "./Migration.ts"
export { type Definition, fromProgram, isDefinition, make, type Specification } from "./source/Definition.ts"
export { fromScripts, type Scripts, type Sourced } from "./source/Scripts.ts"
