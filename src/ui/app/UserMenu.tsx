import { DropdownMenu } from "radix-ui"
import { useState } from "react"
import { useMe } from "../api/Me.ts"
import * as Session from "../api/Session.ts"
import { Icon } from "../parts/Icon.tsx"
import * as Theme from "./Theme.ts"

const words: Readonly<Record<Theme.Theme, string>> = {
  system: "Colours as the system has them",
  light: "Light",
  dark: "Dark"
}

/** Who is signed in, what they may do, and how the page looks. */
export const UserMenu = () => {
  const me = useMe()
  const [theme, setTheme] = useState(Theme.theme)
  const choose = (chosen: string) => {
    const found = Theme.themes.find(known => known === chosen) ?? "system"
    Theme.choose(found)
    setTheme(found)
  }
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button quiet" aria-label={`Signed in as ${me.name}`}>
        <Icon name="person" />
        <span className="word">{me.name}</span>
        <Icon name="down" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          <div className="said">
            Token <strong>{me.name}</strong>
            <br />
            may {me.scopes.join(", ")}
            {me.connections === undefined ? "" : ` on ${me.connections.join(", ")}`}
          </div>
          <hr />
          <DropdownMenu.RadioGroup value={theme} onValueChange={choose}>
            {Theme.themes.map(name => (
              <DropdownMenu.RadioItem key={name} value={name}>
                <Icon name={name === theme ? "check" : "sun"} />
                {words[name]}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <hr />
          <DropdownMenu.Item onSelect={Session.end}>
            <Icon name="lock" />
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
