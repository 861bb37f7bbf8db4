import { Link } from "@tanstack/react-router"
import type { MigrationItem, Status } from "bfm/client"
import { Notice } from "../../parts/Notice.tsx"
import type { Tone } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"

interface Advice {
  readonly tone: Tone
  readonly title: string
  readonly said: string
}

const advice: Partial<Readonly<Record<Status.Status, Advice>>> = {
  failed: {
    tone: "bad",
    title: "It failed",
    said: "Mend the script or the data, then plan it again."
  },
  interrupted: {
    tone: "warn",
    title: "It was begun and did not end",
    said: "The next run asks the store what came of it, and goes on from there."
  },
  changed: {
    tone: "warn",
    title: "It was edited after it was applied",
    said: "No run is planned on its connection until the file says again what was applied. Put the old text back, and write the change as a new migration."
  },
  missing: {
    tone: "odd",
    title: "It is applied, and its file is gone",
    said: "Put the file back from your version control. What it did is still in the store."
  }
}

interface Props {
  readonly id: string
  readonly items: ReadonlyArray<MigrationItem>
}

/** What is not as it should be, why, and what to do. */
export const Changed = ({ id, items }: Props) => {
  const [item] = items.filter(({ status }) => advice[status] !== undefined)
  const found = item === undefined ? undefined : advice[item.status]
  if (item === undefined || found === undefined) return null
  return (
    <Notice
      tone={found.tone}
      title={`${found.title} (${Text.place(item.connection, item.schema)})`}
      actions={
        item.status === "changed" ? (
          <Link to="/migrations/$id" params={{ id }} search={{ tab: "compare" }} className="button">
            Compare the texts
          </Link>
        ) : undefined
      }
    >
      {item.status === "failed" && item.error_message !== undefined ? `${item.error_message}\n` : ""}
      {found.said}
    </Notice>
  )
}
