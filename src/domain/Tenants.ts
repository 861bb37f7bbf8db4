/** Where the names of a connection's tenants come from: `{CONN}_TENANTS`. */
export type Tenants =
  | { readonly _tag: "List"; readonly names: ReadonlyArray<string> }
  /** What the store is asked: a query whose first column has the names, or for etcd the prefix above them. */
  | { readonly _tag: "Query"; readonly text: string }
