/**
 * `iru` as one executable file. Node's single executable applications do not support a top-level `await`.
 */
import { makeIru } from "./root.js"
import { runProgram } from "./shell/program.js"

const args = process.argv.slice(2)
void makeIru(args[0])
  .then((program) => runProgram(program, args))
  .then(() => process.exit())
