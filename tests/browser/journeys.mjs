// Journeys of people through the hosted pages of a running demo world.
//
// Argument: {"base": …, "journeys": ["demo", …] (all if left out), "screenshots": folder, "consentClientId": …,
// "consentResource": …, "branded": {…}, "letters": the mail server's folder, "chromium": path}. What each journey shows
// stands in journeys/.
import { withChromium } from './chromium.mjs'
import { checkAnswers } from './inspect.mjs'
import * as account from './journeys/account.mjs'
import * as branding from './journeys/branding.mjs'
import * as choosing from './journeys/choosing.mjs'
import * as codes from './journeys/codes.mjs'
import * as defence from './journeys/defence.mjs'
import * as flows from './journeys/flows.mjs'
import * as leaving from './journeys/leaving.mjs'
import * as newAccounts from './journeys/new_accounts.mjs'
import * as pages from './journeys/pages.mjs'
import * as recovery from './journeys/recovery.mjs'
import * as signingIn from './journeys/signing_in.mjs'
import { listen } from './listener.mjs'
import { Failed, run } from './run.mjs'
import { World } from './world.mjs'

const MAILED = { ...newAccounts, ...recovery, ...account }
const JOURNEYS = {
  ...signingIn,
  ...choosing,
  ...branding,
  ...leaving,
  ...flows,
  ...pages,
  ...codes,
  ...defence,
  ...MAILED,
}

await run(async (input, checks) => {
  const app = await listen()
  const given = { consent: input.consentClientId, branding: input.branded, no_logo: input.branded }
  const names =
    input.journeys ??
    Object.keys(JOURNEYS).filter((name) => (name in MAILED ? input.letters : !(name in given) || given[name]))
  await withChromium(input.chromium, async (browser) => {
    const world = new World(input, browser, app, checks)
    for (const name of names) {
      if (!(name in JOURNEYS))
        throw new Failed(`no journey ${name}; there are ${Object.keys(JOURNEYS).join(', ')}`)
      const started = performance.now()
      await JOURNEYS[name](world)
      if (input.loud) process.stderr.write(`${name} ${Math.round(performance.now() - started)} ms\n`)
    }
    checkAnswers(world)
  })
  app.close()
  return { journeys: names }
}, 180)
