import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  lazyRouteComponent
} from "@tanstack/react-router"
import { Empty } from "../parts/Empty.tsx"
import { patiently } from "../parts/Later.tsx"
import { Skeleton } from "../parts/Loaded.tsx"
import { Notice } from "../parts/Notice.tsx"
import { Frame } from "./Frame.tsx"
import * as Search from "./Search.ts"

const Nowhere = () => (
  <Empty icon="question" title="There is no such screen">
    <p>
      The address may be mistyped. <Link to="/">Go to the overview</Link>
    </p>
  </Empty>
)

/** A mistake of the page, or a part of it that could not be fetched. */
const Broken = ({ error, reset }: ErrorComponentProps) => (
  <Notice
    tone="bad"
    title="This screen cannot be shown"
    urgent
    actions={
      <button type="button" className="button" onClick={reset}>
        Try again
      </button>
    }
  >
    {error instanceof Error ? error.message : String(error)}
  </Notice>
)

const root = createRootRoute({
  component: Frame,
  notFoundComponent: Nowhere,
  validateSearch: Search.everywhere
})

const parent = () => root

const overview = createRoute({
  getParentRoute: parent,
  path: "/",
  component: lazyRouteComponent(() => patiently(() => import("../screens/overview/Overview.tsx")), "Overview")
})

const migrations = createRoute({
  getParentRoute: parent,
  path: "/migrations",
  validateSearch: Search.migrations,
  component: lazyRouteComponent(
    () => patiently(() => import("../screens/migrations/Migrations.tsx")),
    "Migrations"
  )
})

const migration = createRoute({
  getParentRoute: parent,
  path: "/migrations/$id",
  validateSearch: Search.migration,
  component: lazyRouteComponent(
    () => patiently(() => import("../screens/migration/Migration.tsx")),
    "Migration"
  )
})

const plan = createRoute({
  getParentRoute: parent,
  path: "/plan",
  validateSearch: Search.plan,
  component: lazyRouteComponent(() => patiently(() => import("../screens/plan/Plan.tsx")), "Plan")
})

const runs = createRoute({
  getParentRoute: parent,
  path: "/runs",
  validateSearch: Search.runs,
  component: lazyRouteComponent(() => patiently(() => import("../screens/runs/Runs.tsx")), "Runs")
})

const run = createRoute({
  getParentRoute: parent,
  path: "/runs/$id",
  component: lazyRouteComponent(() => patiently(() => import("../screens/run/Run.tsx")), "Run")
})

const history = createRoute({
  getParentRoute: parent,
  path: "/history",
  validateSearch: Search.history,
  component: lazyRouteComponent(() => patiently(() => import("../screens/history/History.tsx")), "History")
})

const tenants = createRoute({
  getParentRoute: parent,
  path: "/tenants",
  validateSearch: Search.tenants,
  component: lazyRouteComponent(() => patiently(() => import("../screens/tenants/Tenants.tsx")), "Tenants")
})

const system = createRoute({
  getParentRoute: parent,
  path: "/system",
  component: lazyRouteComponent(() => patiently(() => import("../screens/system/System.tsx")), "System")
})

export const router = createRouter({
  routeTree: root.addChildren([overview, migrations, migration, plan, runs, run, history, tenants, system]),
  parseSearch: Search.parse,
  stringifySearch: Search.stringify,
  defaultPreload: "intent",
  defaultPendingComponent: Skeleton,
  defaultErrorComponent: Broken,
  scrollRestoration: true
})

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router
  }
}
