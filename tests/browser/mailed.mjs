// What the journeys by mail have in common: each is walked with script and without.
import { submit } from './hosted.mjs'
import { inspect } from './inspect.mjs'
import { Letters } from './letters.mjs'

/** A password that nobody guesses, and one for after it. */
export const GOOD = 'turnip ladder 88 moss quartz'
export const BETTER = 'violet anchor 31 crumb lantern'

const mailboxes = new WeakMap()

/** The one mailbox of a world. */
const mailbox = (world) => {
  if (!mailboxes.has(world)) mailboxes.set(world, new Letters(world))
  return mailboxes.get(world)
}

/** Walks a journey with script and without; pages are looked at the first time. */
export async function bothWays(world, name, journey) {
  for (const javaScriptEnabled of [true, false]) {
    const { checks } = world
    const way = javaScriptEnabled ? 'with script' : 'without script'
    await journey({
      letters: mailbox(world),
      address: (who) => `${who}.${name}${javaScriptEnabled ? '' : '.plain'}@new.example`,
      open: (options) => world.open({ javaScriptEnabled, ...options }),
      look: async (page, title, how) => javaScriptEnabled && (await inspect(world, page, title, how)),
      that: (what, holds, seen) => checks.that(`${name} ${way}: ${what}`, holds, seen),
      same: (what, actual, expected) => checks.same(`${name} ${way}: ${what}`, actual, expected),
    })
  }
}

export const heading = (page) => page.locator('h1').innerText()

/** Fills fields and sends their form; the answer of the document that the browser ends at. */
export async function answer(page, fields) {
  for (const [name, value] of Object.entries(fields)) await page.fill(`input[name="${name}"]:not([type="hidden"])`, value)
  const last = page.waitForResponse(
    (response) => response.request().resourceType() === 'document' && ![302, 303].includes(response.status()),
  )
  await submit(page, Object.keys(fields)[0])
  return last
}

/** From the page that asks for an address to the one after its code. */
async function prove(way, page, address) {
  await answer(page, { address })
  await answer(page, { code: (await way.letters.next(address)).code })
}

/** A person with an account that the app sent for, and a session of the platform in this browser. */
export async function settle(world, way, page, address) {
  await page.goto(world.ask(world.issuer(), { prompt: 'create' }).url)
  await prove(way, page, address)
  await answer(page, { name: 'Ada Archer', password: GOOD })
  await page.waitForURL((url) => world.atApp(url.href))
  way.same('an account to begin with', await world.silently(page, world.issuer()), 'code')
}
