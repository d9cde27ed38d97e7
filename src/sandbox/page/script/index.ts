/**
 * What the page does: it listens to the sandbox, shows what it hears, and sends faults. Every word that comes from a
 * client is put in as text, never as markup; the page's policy has the browser refuse anything else.
 *
 * It is served as it stands, so it is written in what every current browser understands. The parts share one scope.
 */
import { base } from "./base.js"
import { faults } from "./faults.js"
import { lists } from "./lists.js"
import { live } from "./live.js"
import { records } from "./records.js"
import { requests } from "./requests.js"

/** The script at `/_sandbox/page.js`. */
export const script = `"use strict"\n${[base, records, lists, requests, faults, live].join("")}`
