/**
 * `iru repo`: compares a folder of profiles, scripts and apps with a tenant and applies the changes.
 */
import { Option } from "commander"
import { wholeNumber } from "../operations/numbers.js"
import { withStyle } from "../operations/commands.js"
import type { ShellCommand } from "../shell/program.js"
import { executeOn, withSession } from "../shell/execute.js"
import type { PlanCommandOptions } from "./work.js"

/** Loads the module that does the work. Help does not need it. */
const work = () => import("./work.js")

const collected = (text: string, before: ReadonlyArray<string> = []) => [...before, text]

/** Adds the options that select items and resolve conflicts. */
const withSelection = (command: ShellCommand): ShellCommand =>
  command
    .option("--repo <folder>", "The folder of the repository, or one inside it. Default: the current folder")
    .addOption(
      new Option(
        "--kind <kind>",
        "Only items of this kind: profile, script or app. May be given more than once"
      ).argParser(collected)
    )
    .option("--path <folder>", "Only items in this folder. May be given more than once", collected)
    .option("--id <id>", "Only the item with this id. May be given more than once", collected)
    .addOption(
      new Option(
        "--on-conflict <side>",
        "Which side wins if both changed: folder or tenant. Default: conflicts are reported and left as they are"
      ).choices(["fail", "folder", "tenant"])
    )
    .option("--prune", "Delete items that were deleted on the other side")
    .option("--max-deletes <number>", "The most items that may be deleted. Default: 10 % of the items", wholeNumber(0))
    .option("--max-updates <number>", "The most items that may be updated. Default: 30 % of the items", wholeNumber(0))
    .option("--installers", "Also download installers of apps that change in the folder")

const withPlan = (command: ShellCommand): ShellCommand =>
  withSelection(command)
    .addOption(
      new Option(
        "--direction <way>",
        "push changes the tenant, pull changes the folder, both changes both. Default: push"
      ).choices(["push", "pull", "both"])
    )
    .option("--recreate", "Create items again that were deleted in the tenant")

const planCommand = (command: ShellCommand): void => {
  withPlan(command)
    .option("--out <file>", "Save the plan in a file, for iru repo apply FILE")
    .option("--exit-code", "Exit with code 8 if there are changes")
    .option("--json", "Print the plan as JSON")
    .option("--markdown", "Print the plan as Markdown, for a pull request")
    .option("--no-color", "Print without colours. The variable NO_COLOR does the same")
  withSession(command)
  command.allowExcessArguments().action(async () => {
    const options: PlanCommandOptions = command.opts()
    if (command.args.length > 0) command.error(`Unknown command '${command.args[0]}'. There are plan, apply and pull`)
    const { makePlan } = await work()
    await executeOn(command, options, () => makePlan(options))
  })
}

/** Makes a command `iru repo`. */
export const repoCommand = (command: ShellCommand): void => {
  const examples = [
    "iru repo plan                          # prints what would change in the tenant. Only reads",
    "iru repo plan --out plan.json && iru repo apply plan.json",
    "iru repo pull --repo mdm --info-format yaml   # writes the tenant's items into a folder, new or existing"
  ]
  planCommand(command)
  command
    .description(
      "Keep a folder in git with profiles, scripts and apps in step with a tenant. Without a command, iru repo plans."
    )
    .usage("[plan | apply | pull] [options]")
    .examples(...examples)

  const plan = command.sub("plan")
  plan
    .description("Compare the folder with the tenant and print what would change. Only reads.")
    .summary("Print what would change. Only reads")
    .examples(
      "iru repo plan",
      "iru repo plan --out plan.json",
      "iru repo plan --exit-code --markdown > comment.md   # in CI: 8 if there are changes"
    )
  planCommand(plan)

  const apply = command.sub("apply")
  apply
    .description("Apply a saved plan, or a new one. The plan is shown first, and you are asked to confirm it.")
    .summary("Apply a plan, after asking")
    .argument("[plan]", "A file written by iru repo plan --out. Default: a new plan")
    .examples("iru repo apply plan.json", "iru repo apply --yes   # for scripts")
    .option("--yes", "Do not ask for confirmation")
    .option("--write-back", "Afterwards write each item into the folder as the tenant has saved it, as iructl does")
  withSession(withStyle(withPlan(apply)))
  apply.action(async (file: string | undefined) => {
    const options: PlanCommandOptions = apply.opts()
    const { applyPlan } = await work()
    await executeOn(apply, options, (tenant) => applyPlan(tenant, file, options))
  })

  const pull = command.sub("pull")
  pull
    .description(
      "Write the items of the tenant into the folder. Changes made in the folder are kept. The tenant is not changed."
    )
    .summary("Write the items of the tenant into the folder")
    .examples("iru repo pull --repo mdm --info-format yaml", "iru repo pull --installers")
  withSelection(pull).addOption(
    new Option("--info-format <format>", "The format of info files in a new repository. Default: plist").choices([
      "plist",
      "json",
      "yaml"
    ])
  )
  withSession(withStyle(pull))
  pull.action(async () => {
    const options: PlanCommandOptions = pull.opts()
    const { pullFolder } = await work()
    await executeOn(pull, options, () => pullFolder(options))
  })
}
