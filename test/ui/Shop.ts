import * as path from "node:path"
import * as Effect from "effect/Effect"
import { database } from "../fixtures/Postgresql.ts"
import * as Project from "../fixtures/Project.ts"
import * as Service from "../interfaces/http/Service.ts"

/** The page as it was built. */
export const page = path.resolve(import.meta.dirname, "../../dist/ui/")

/** What a small shop has: two databases, and a store that only its sources speak of. */
export const files: Readonly<Record<string, string>> = {
  "20250101120000_create_customers.up.sql": `-- bfm-schema: core
-- bfm-tags: feature=accounts
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL
);
INSERT INTO customers (email, name) VALUES ('ann@example.org', 'Ann'), ('ann@example.org', 'Ann again');
`,
  "20250101120000_create_customers.down.sql": "DROP TABLE customers;\n",
  "20250102093000_create_orders.up.sql": `-- bfm-schema: core
-- bfm-depends-on: create_customers
-- bfm-tags: feature=orders
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id),
  total numeric(12, 2) NOT NULL
);
`,
  "20250102093000_create_orders.down.sql": "DROP TABLE orders;\n",
  "20250103080000_index_orders.up.sql": `-- bfm-schema: core
-- bfm-depends-on: create_orders
-- bfm-transaction: none
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id);
`,
  "20250103080000_index_orders.down.sql": `-- bfm-transaction: none
DROP INDEX CONCURRENTLY orders_customer;
`,
  "/sfm/postgresql/billing/20250104090000_create_invoices.up.sql": `-- bfm-depends-on: core/create_orders
-- bfm-tags: feature=billing
CREATE TABLE invoices (
  id bigint PRIMARY KEY,
  order_id bigint NOT NULL,
  paid boolean NOT NULL DEFAULT false
);
`,
  "/sfm/postgresql/billing/20250104090000_create_invoices.down.sql": "DROP TABLE invoices;\n"
}

/** Written later, and not applied. */
const later: Readonly<Record<string, string>> = {
  "20250201000000_unique_email.up.sql": `-- bfm-schema: core
-- bfm-depends-on: create_customers
-- bfm-tags: feature=accounts
ALTER TABLE customers ADD COLUMN checked boolean;
CREATE UNIQUE INDEX customers_email ON customers (email);
`,
  "20250201000000_unique_email.down.sql": `DROP INDEX customers_email;
ALTER TABLE customers DROP COLUMN checked;
`,
  "20250202000000_drop_names.up.sql": `-- bfm-schema: core
-- bfm-depends-on: unique_email
ALTER TABLE customers DROP COLUMN name;
`,
  "20250203000000_tenant_settings.up.sql": `-- bfm-schema: dynamic
-- bfm-tags: feature=tenants
CREATE TABLE settings (
  key text PRIMARY KEY,
  value text NOT NULL
);
`,
  "20250203000000_tenant_settings.down.sql": "DROP TABLE settings;\n",
  "/sfm/greptimedb/logs/20250204000000_create_logs.up.sql": `CREATE TABLE logs (
  ts TIMESTAMP TIME INDEX,
  line STRING
);
`
}

/** Repairs what makes `unique_email` fail. */
export const repaired = "DELETE FROM core.customers WHERE name = 'Ann again'"

export type Shop = Effect.Effect.Success<typeof open>

/** The shop, with a service that shows the page; its first migrations are applied. */
export const open = Effect.gen(function* () {
  const project = yield* Project.make
  const billing = yield* database
  for (const [name, text] of Object.entries(files)) project.write(name, text)
  const principals = { ...Service.principals }
  const service = yield* Service.start(project, {
    server: { page },
    environment: { BILLING_BACKEND: "postgresql", BILLING_DB_URL: billing.url },
    principals
  })
  yield* service.post("/api/v1/migrations/up", { connection: "core", target: {} })
  yield* service.post("/api/v1/migrations/up", { connection: "billing", target: {} })
  for (const [name, text] of Object.entries(later)) project.write(name, text)
  yield* service.post("/api/v1/migrations/reindex")
  return { project, service, principals }
})
