import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query"
import { RouterProvider } from "@tanstack/react-router"
import { StrictMode, useEffect, useSyncExternalStore } from "react"
import { createRoot } from "react-dom/client"
import { of } from "./api/Problem.ts"
import * as Queries from "./api/Queries.ts"
import * as Session from "./api/Session.ts"
import { router } from "./app/Router.tsx"
import { SignIn } from "./app/SignIn.tsx"
import * as Theme from "./app/Theme.ts"
import { Loaded } from "./parts/Loaded.tsx"
import "./styles/tokens.css"
import "./styles/base.css"
import "./styles/parts.css"
import "./styles/frame.css"
import "./styles/screens.css"

/** Who does not answer is asked again when it is back; who refuses, would refuse again. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (attempts, failure) => attempts < 1 && of(failure).kind === "unreachable"
    }
  }
})

/** Nothing is shown before it is known who asks. */
const Page = () => {
  const { token, ended } = useSyncExternalStore(Session.subscribe, Session.session)
  useEffect(() => {
    // What one person was shown is not for the next one.
    if (token === undefined) queries.clear()
  }, [token])
  return token === undefined ? <SignIn ended={ended} /> : <SignedIn />
}

const SignedIn = () => {
  const me = useQuery(Queries.whoami)
  if (me.data !== undefined) return <RouterProvider router={router} />
  return (
    <main className="signin">
      <div className="stack">
        <h1>BfM</h1>
        <Loaded query={me}>{() => null}</Loaded>
      </div>
    </main>
  )
}

const start = async () => {
  Theme.restore()
  await Session.restore()
  const place = document.getElementById("page")
  if (place === null) return
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Page />
      </QueryClientProvider>
    </StrictMode>
  )
}

void start()
