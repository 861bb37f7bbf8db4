import { type FormEvent, useEffect, useRef, useState } from "react"
import { of } from "../api/Problem.ts"
import { askAs } from "../api/Service.ts"
import * as Session from "../api/Session.ts"
import icon from "../icon.svg"
import { Notice } from "../parts/Notice.tsx"

const reasons: Readonly<Record<NonNullable<Session.Session["ended"]>, string>> = {
  expired: "Your token is not valid any more. Sign in again; you come back to where you were.",
  "signed out": "You are signed out in this browser."
}

/** Asks for a token, and whether the service knows it. */
export const SignIn = ({ ended }: { readonly ended: Session.Session["ended"] }) => {
  const [token, setToken] = useState("")
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<string>()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const signIn = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await askAs(token.trim(), api => api.service.whoami({}))
      Session.begin(token.trim())
    } catch (failure) {
      const problem = of(failure)
      setWrong(problem.kind === "unauthenticated" ? "The service does not know this token." : problem.message)
      setBusy(false)
    }
  }
  return (
    <main className="signin">
      <form className="panel" onSubmit={event => void signIn(event)}>
        <div className="row">
          <img src={icon} alt="" width="32" height="32" />
          <h1>BfM</h1>
        </div>
        {wrong === undefined && ended !== undefined ? (
          <Notice tone="info" title={ended === "expired" ? "Your session has ended" : "Signed out"}>
            {reasons[ended]}
          </Notice>
        ) : null}
        <div className="field">
          <label htmlFor="token">API token</label>
          <input
            id="token"
            className="input"
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            ref={field}
            value={token}
            aria-invalid={wrong !== undefined}
            aria-describedby="about-token"
            onChange={event => setToken(event.target.value)}
          />
          <p id="about-token" className="small muted">
            The one from <code>BFM_API_TOKEN</code>, or one of your own that an administrator gave you. It is
            kept until you close the browser.
          </p>
        </div>
        {wrong === undefined ? null : (
          <Notice tone="bad" title="You are not signed in" urgent>
            {wrong}
          </Notice>
        )}
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? "Signing in …" : "Sign in"}
        </button>
      </form>
    </main>
  )
}
