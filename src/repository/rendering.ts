/**
 * Renders a plan as text for a terminal, or as Markdown for a pull request.
 */
import { stripVTControlCharacters, styleText } from "node:util"
import { type Action, type Change, isChange, isEmpty, type ItemRef, type Left, type Plan } from "./Plan.js"

/** How a plan is rendered. */
export interface TextOptions {
  /** Default `false`. */
  readonly colors?: boolean | undefined
}

type Color = "green" | "yellow" | "red" | "cyan" | "dim" | "bold"
type Paint = (color: Color, text: string) => string

/**
 * A text from the tenant on one line, without control characters and escape sequences that a terminal would execute.
 */
const plain = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  stripVTControlCharacters(text).replace(/[\x00-\x1f\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")

const signs = { create: "+", update: "~", delete: "-", assign: ">", record: " ", forget: " " } as const
const colors = {
  create: "green",
  update: "yellow",
  delete: "red",
  assign: "cyan",
  record: "dim",
  forget: "dim"
} as const

const nameOf = ({ kind, name, path }: ItemRef): string =>
  `${kind} ${JSON.stringify(plain(name))}${path === undefined ? "" : ` (${plain(path)})`}`

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`

/** What an action does, in one line. */
const headline = (action: Action): string => {
  const side = "side" in action && action.side === "folder" ? " in the folder" : ""
  if (action._tag === "assign") {
    const node = action.node === undefined ? "" : `, node ${plain(action.node)}`
    return `assign ${nameOf(action.item)} to Blueprint ${JSON.stringify(plain(action.blueprint.name))}${node}`
  }
  return `${action._tag} ${nameOf(action.item)}${side}`
}

const value = (value: Change["from"]): string =>
  value === null ? "none" : typeof value === "string" ? JSON.stringify(plain(value)) : String(value)

/** The lines of an action below its headline. `lines` renders a diff. */
const details = (action: Action, lines: (difference: string) => ReadonlyArray<string>): ReadonlyArray<string> => {
  if (action._tag !== "create" && action._tag !== "update") return []
  const { changes, installer } = action
  return [
    ...changes.flatMap(({ difference, field, from, to }) => {
      if (difference !== undefined && difference !== "") return [`${field}:`, ...lines(difference)]
      return [action._tag === "create" ? `${field}: ${value(to)}` : `${field}: ${value(from)} → ${value(to)}`]
    }),
    ...(installer === undefined
      ? []
      : [
          `${action.side === "tenant" ? "upload" : "download"}: ${plain(installer.name)}${installer.size === undefined ? "" : `, ${megabytes(installer.size)}`}`
        ])
  ]
}

/** `3 to create, 1 to update`, or that there is nothing to do. */
const summary = (plan: Plan): string => {
  const count = (tag: Action["_tag"], what: string) => {
    const number = plan.actions.filter(({ _tag }) => _tag === tag).length
    return number === 0 ? [] : [`${number} to ${what}`]
  }
  const counts = [
    ...count("create", "create"),
    ...count("update", "update"),
    ...count("assign", "assign"),
    ...count("delete", "delete"),
    ...(plan.conflicts.length === 0 ? [] : [`${plan.conflicts.length} in conflict`])
  ]
  return isEmpty(plan)
    ? `Nothing to do: ${plan.items} items in the folder, tenant ${plain(plan.tenant)}.`
    : `${counts.join(", ")}. Tenant ${plain(plan.tenant)}.`
}

/** The items that the plan does not change, grouped by reason. */
const leftAlone = (
  plan: Plan
): ReadonlyArray<{ readonly title: string; readonly items: ReadonlyArray<ItemRef | Left> }> =>
  [
    { title: "In conflict: nothing is done until you decide", items: plan.conflicts },
    { title: "Left alone", items: plan.skipped },
    { title: "Missing: deleted in the tenant (recreate creates them again)", items: plan.missing },
    { title: "Orphans: deleted in the folder (prune deletes them in the tenant)", items: plan.orphans },
    { title: "Not managed: in the tenant only", items: plan.unmanaged }
  ].filter(({ items }) => items.length > 0)

/** How many items of a list are shown by name. */
const most = 20

const listOf = (items: ReadonlyArray<ItemRef | Left>): ReadonlyArray<string> => [
  ...items.slice(0, most).map((item) => nameOf(item) + ("why" in item ? `: ${plain(item.why)}` : "")),
  ...(items.length > most ? [`and ${items.length - most} more`] : [])
]

/** Deletes come first, so that readers do not miss them. */
const inReadingOrder = (actions: ReadonlyArray<Action>): ReadonlyArray<Action> => {
  const order = ["delete", "create", "update", "assign"]
  return actions.filter(isChange).toSorted((one, other) => order.indexOf(one._tag) - order.indexOf(other._tag))
}

/** A plan as text, for a terminal. */
export const toText = (plan: Plan, { colors: hasColors = false }: TextOptions = {}): string => {
  const paint: Paint = (color, text) => (hasColors ? styleText(color, text, { validateStream: false }) : text)
  const changed = (difference: string) =>
    difference.split("\n").map((line) => {
      const color = line.startsWith("+") ? "green" : line.startsWith("-") ? "red" : "dim"
      return paint(color, `  ${plain(line)}`)
    })
  const actions = inReadingOrder(plan.actions).flatMap((action) => [
    paint(colors[action._tag], `${signs[action._tag]} ${headline(action)}`),
    ...details(action, changed).map((line) => `    ${line}`)
  ])
  const left = leftAlone(plan).flatMap(({ items, title }) => [
    paint("bold", title),
    ...listOf(items).map((line) => `    ${line}`)
  ])
  const notes = plan.notes.map((note) => paint("dim", `Note: ${plain(note)}`))
  return [...actions, ...left, ...notes, summary(plan)].join("\n")
}

/** GitHub refuses comments above 65,536 characters. */
const longest = 60_000

/** A code fence with more backticks than any run in the text, so that the text cannot close it. */
const fenced = (text: string, language: string): ReadonlyArray<string> => {
  const longestRun = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = "`".repeat(longestRun + 1)
  return [`${fence}${language}`, text, fence]
}

/** A text as inline code in Markdown, also if it contains backticks. */
const code = (text: string): string => {
  const run = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = "`".repeat(run + 1)
  return run === 0 ? `\`${text}\`` : `${fence} ${text} ${fence}`
}

/** A plan as Markdown, for a pull request. It has at most 60,000 characters and says how many changes are left out. */
export const toMarkdown = (plan: Plan): string => {
  const heading = [`### ${summary(plan)}`, ""]
  const left = leftAlone(plan).flatMap(({ items, title }) => [
    `<details><summary>${title} (${items.length})</summary>`,
    "",
    ...listOf(items).map((line) => `- ${code(line)}`),
    "",
    "</details>",
    ""
  ])
  const notes = plan.notes.map((note) => `> ${code(plain(note))}`)
  const blocks = inReadingOrder(plan.actions).map((action) => {
    const body = details(action, (difference) => difference.split("\n").map((line) => plain(line)))
    return [
      `<details><summary>${signs[action._tag]} ${escapeHtml(headline(action))}</summary>`,
      "",
      ...(body.length === 0 ? [] : [...fenced(body.join("\n"), "diff"), ""]),
      "</details>",
      ""
    ].join("\n")
  })
  const frame = [...heading, ...left, ...notes].join("\n").slice(0, longest / 2)
  let room = longest - frame.length
  const shown: Array<string> = []
  for (const block of blocks) {
    if (block.length > room) break
    room -= block.length
    shown.push(block)
  }
  const rest = blocks.length - shown.length
  return [
    ...heading,
    ...shown,
    ...(rest === 0 ? [] : [`${rest} more changes are left out here: read the plan where it was made.`, ""]),
    ...left,
    ...notes
  ].join("\n")
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character] ?? character)
