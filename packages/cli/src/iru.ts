#!/usr/bin/env node
/**
 * `iru`: the command line.
 */
import { nouns } from "./nouns.js"
import { makeProgram, runProgram } from "./shell/program.js"

const args = process.argv.slice(2)
const program = makeProgram("iru", "The Iru Endpoint Management API on the command line.").usage("<command> [options]")
for (const { load, name, summary } of nouns) {
  const command = program.sub(name).description(summary).summary(summary)
  if (name === args[0]) (await load())(command)
}
await runProgram(program, args)
process.exit()
