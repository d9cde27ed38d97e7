/**
 * `iru repo`: a folder of profiles, scripts and apps, planned against a tenant and applied.
 */
import { Option } from "commander"
import { wholeNumber } from "../operations/numbers.js"
import { withStyle } from "../operations/commands.js"
import type { ShellCommand } from "../shell/program.js"
import { executeOn, withSession } from "../shell/execute.js"
import type { PlanCommandOptions } from "./work.js"

/** What needs the folder, which help does not. */
const work = () => import("./work.js")

const collected = (text: string, before: ReadonlyArray<string> = []) => [...before, text]

/** Which items, and what becomes of those that differ in a way that a person has to decide. */
const withSelection = (command: ShellCommand): ShellCommand =>
  command
    .option("--repo <folder>", "The folder, or one below it. Default: this one")
    .addOption(
      new Option("--kind <kind>", "Only profile, script or app. May be given more than once").argParser(collected)
    )
    .option("--path <folder>", "Only items in this folder. May be given more than once", collected)
    .option("--id <id>", "Only the item with this id. May be given more than once", collected)
    .addOption(
      new Option(
        "--on-conflict <side>",
        "What counts where both sides changed: folder or tenant. Default: it is reported and left alone"
      ).choices(["fail", "folder", "tenant"])
    )
    .option("--prune", "Delete what was deleted on the other side")
    .option("--max-deletes <number>", "Refuse to delete more. Default: 10 % of the items", wholeNumber(0))
    .option("--max-updates <number>", "Refuse to update more. Default: 30 % of the items", wholeNumber(0))
    .option("--installers", "Download installers of apps too, where the folder changes")

const withPlan = (command: ShellCommand): ShellCommand =>
  withSelection(command)
    .addOption(
      new Option("--direction <way>", "push changes the tenant, pull the folder, both each. Default: push").choices([
        "push",
        "pull",
        "both"
      ])
    )
    .option("--recreate", "Create anew what was deleted in the tenant")

const planCommand = (command: ShellCommand): void => {
  withPlan(command)
    .option("--out <file>", "Save the plan, for iru repo apply FILE")
    .option("--exit-code", "End with 8 if there are changes")
    .option("--json", "Print the plan as JSON")
    .option("--markdown", "Print the plan for a pull request")
    .option("--no-color", "Print without colours. The variable NO_COLOR does the same")
  withSession(command)
  command.allowExcessArguments().action(async () => {
    const options: PlanCommandOptions = command.opts()
    if (command.args.length > 0) command.error(`There is no '${command.args[0]}' here, only plan, apply and pull`)
    const { makePlan } = await work()
    await executeOn(command, options, () => makePlan(options))
  })
}

/** Makes a command `iru repo`. */
export const repoCommand = (command: ShellCommand): void => {
  const examples = [
    "iru repo plan                          # what would change in the tenant. Only reads",
    "iru repo plan --out plan.json && iru repo apply plan.json",
    "iru repo pull --repo mdm --info-format yaml   # the tenant into a folder, new or existing"
  ]
  planCommand(command)
  command
    .description("A folder of profiles, scripts and apps in git, in step with a tenant. Without a command it plans.")
    .usage("[plan | apply | pull] [options]")
    .examples(...examples)

  const plan = command.sub("plan")
  plan
    .description("Compare the folder with the tenant, and say what would change. Only reads.")
    .summary("Say what would change. Only reads")
    .examples(
      "iru repo plan",
      "iru repo plan --out plan.json",
      "iru repo plan --exit-code --markdown > comment.md   # in CI: 8 if there are changes"
    )
  planCommand(plan)

  const apply = command.sub("apply")
  apply
    .description("Do what a saved plan says, or make a plan and do that. It is shown first and asked for.")
    .summary("Do what a plan says, after asking")
    .argument("[plan]", "A file that iru repo plan --out has saved. Default: a new plan")
    .examples("iru repo apply plan.json", "iru repo apply --yes   # for scripts")
    .option("--yes", "Ask nothing")
    .option("--write-back", "Write what the tenant made of each item into the folder, as iructl does")
  withSession(withStyle(withPlan(apply)))
  apply.action(async (file: string | undefined) => {
    const options: PlanCommandOptions = apply.opts()
    const { applyPlan } = await work()
    await executeOn(apply, options, (tenant) => applyPlan(tenant, file, options))
  })

  const pull = command.sub("pull")
  pull
    .description("Write what the tenant has into the folder. What changed in the folder stays. Changes no tenant.")
    .summary("Write what the tenant has into the folder")
    .examples("iru repo pull --repo mdm --info-format yaml", "iru repo pull --installers")
  withSelection(pull).addOption(
    new Option("--info-format <format>", "Of info files, if the folder becomes a repository. Default: plist").choices([
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
