import { useQuery, useQueryClient } from "@tanstack/react-query"
import { Link, Outlet, useNavigate, useSearch } from "@tanstack/react-router"
import { type FormEvent, useEffect, useRef, useSyncExternalStore } from "react"
import * as Queries from "../api/Queries.ts"
import * as Reach from "../api/Reach.ts"
import icon from "../icon.svg"
import { Icon, type Name } from "../parts/Icon.tsx"
import { UserMenu } from "./UserMenu.tsx"

const places = [
  { to: "/", icon: "overview", word: "Overview" },
  { to: "/migrations", icon: "migrations", word: "Migrations" },
  { to: "/runs", icon: "runs", word: "Runs" },
  { to: "/tenants", icon: "tenants", word: "Tenants" },
  { to: "/history", icon: "history", word: "History" },
  { to: "/system", icon: "system", word: "System" }
] as const satisfies ReadonlyArray<{ readonly to: string; readonly icon: Name; readonly word: string }>

/** What stands around every screen. */
export const Frame = () => (
  <>
    <a className="skip" href="#main">
      Skip to the content
    </a>
    <Silence />
    <div className="frame">
      <div className="side">
        <Link to="/" className="brand">
          <img src={icon} alt="" />
          BfM
        </Link>
        <nav aria-label="Places">
          <ul>
            {places.map(({ to, icon: name, word }) => (
              <li key={to}>
                <Link to={to} search={kept} activeOptions={{ exact: to === "/", includeSearch: false }}>
                  <Icon name={name} />
                  {word}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <Top />
      <main className="main stack" id="main">
        <Outlet />
      </main>
    </div>
  </>
)

/** Going elsewhere, the connection that was chosen stays. */
const kept = ({ connection }: { readonly connection?: string | undefined }) =>
  connection === undefined ? {} : { connection }

const Top = () => {
  const { connection } = useSearch({ strict: false })
  const navigate = useNavigate()
  const { data } = useQuery(Queries.connections)
  const choose = (name: string) =>
    void navigate({
      to: ".",
      search: previous => ({ ...previous, connection: name === "" ? undefined : name })
    })
  return (
    <header className="top">
      <Search />
      <div className="end">
        <label>
          <span className="unseen">Connection</span>
          <select
            className="input short"
            value={connection ?? ""}
            onChange={event => choose(event.target.value)}
          >
            <option value="">All connections</option>
            {(data?.items ?? []).map(({ connection: name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <UserMenu />
      </div>
    </header>
  )
}

/** Leads to the list, narrowed to what is looked for. */
const Search = () => {
  const navigate = useNavigate()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    window.addEventListener("keydown", listen)
    return () => window.removeEventListener("keydown", listen)
  }, [])
  const search = (event: FormEvent) => {
    event.preventDefault()
    const text = field.current?.value.trim() ?? ""
    if (/^01[0-9A-Z]{24}$/.test(text)) return void navigate({ to: "/runs/$id", params: { id: text } })
    void navigate({
      to: "/migrations",
      search: previous => ({ ...kept(previous), ...(text === "" ? {} : { text }) })
    })
  }
  return (
    <search className="search">
      <form onSubmit={search}>
        <Icon name="search" />
        <input
          ref={field}
          className="input"
          type="search"
          aria-label="Find a migration, or a run by its id"
          placeholder="Find a migration or a run …  Ctrl K"
        />
      </form>
    </search>
  )
}

/** Says that nobody answers, and looks for when somebody does. */
const Silence = () => {
  const reach = useSyncExternalStore(Reach.subscribe, Reach.reach)
  const queries = useQueryClient()
  useEffect(
    () => (reach === "silent" ? Reach.whenBack(() => void queries.invalidateQueries()) : undefined),
    [reach, queries]
  )
  return reach === "answers" ? null : (
    <div className="silent" role="alert">
      The service cannot be reached. What you see may be out of date; the page goes on by itself when the
      service answers again.
    </div>
  )
}
