/**
 * The script of the page. Text from a client is always inserted as text, never as markup, and the page's Content Security
 * Policy makes the browser enforce that.
 *
 * The script is served without a build step, so it uses only what all current browsers support. Its parts share one scope.
 */
import { base } from "./base.js"
import { faults } from "./faults.js"
import { lists } from "./lists.js"
import { live } from "./live.js"
import { records } from "./records.js"
import { requests } from "./requests.js"

/** The script at `/_sandbox/page.js`. */
export const script = `"use strict"\n${[base, records, lists, requests, faults, live].join("")}`
