import * as Effect from "effect/Effect"
import * as Project from "../../fixtures/Project.ts"

export const users =
  "-- bfm-schema: core\nCREATE TABLE users (id int PRIMARY KEY);\nINSERT INTO users VALUES (1);\n"
const orders = "-- bfm-schema: core\n-- bfm-depends-on: create_users\nCREATE TABLE orders (id int);\n"
const tenant = "-- bfm-schema: dynamic\nCREATE TABLE settings (k text);\n"

/** A project with two migrations, and a third that waits for a schema. */
export const project = Effect.tap(Project.make, ({ write }) =>
  Effect.sync(() => {
    write("20250101120000_create_users.up.sql", users)
    write("20250101120000_create_users.down.sql", "DROP TABLE users;\n")
    write("20250102093000_create_orders.up.sql", orders)
    write("20250102093000_create_orders.down.sql", "DROP TABLE orders;\n")
    write("20250104070000_tenant_settings.up.sql", tenant)
  })
)

export const usersId = "20250101120000_create_users_postgresql_core"
export const ordersId = "20250102093000_create_orders_postgresql_core"
export const tenantId = "20250104070000_tenant_settings_postgresql_core"
