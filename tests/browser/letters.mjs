// The mailbox of a journey: what the mail server took, and a scanner that opens everything before the person does.
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

import { PATIENCE } from './chromium.mjs'
import { Failed } from './run.mjs'

const ENTITIES = { amp: '&', quot: '"', lt: '<', gt: '>' }
const decoded = (text) =>
  text.replace(/&(?:#(\d+)|(amp|quot|lt|gt));/g, (_, code, name) =>
    code ? String.fromCodePoint(Number(code)) : ENTITIES[name],
  )
const same = (one, other) => one.toLowerCase() === other.toLowerCase()

/** A letter as its reader sees it. */
class Letter {
  constructor({ to, headers, parts, defects }) {
    const header = (name) => headers.find((pair) => same(pair[0], name))?.[1]
    Object.assign(this, { to: to[0], defects, text: parts['text/plain'] ?? '', html: parts['text/html'] ?? '' })
    this.subject = header('Subject')
    this.language = header('Content-Language')
    this.code = this.text.match(/^\s*(\d{3}) ?(\d{3})\s*$/m)?.slice(1).join('')
    this.links = this.text.match(/https?:\/\/\S+/g) ?? []
    this.htmlLinks = [...this.html.matchAll(/href="([^"]*)"/g)].map(([, href]) => decoded(href))
  }

  /** The link whose path ends so, or nothing. */
  link(path) {
    return this.links.find((link) => new URL(link).pathname === path)
  }
}

export class Letters {
  /** `folder` is the mail server's; `world` is where the letters come from. */
  constructor(world) {
    this.world = world
    this.folder = world.input.letters
  }

  all() {
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.json'))
    return names.sort().map((name) => new Letter(JSON.parse(readFileSync(`${this.folder}/${name}`, 'utf8'))))
  }

  to = (address) => this.all().filter((letter) => same(letter.to, address))

  /** The letter to an address that comes as number `count`, once the scanner has been there. */
  async next(address, count = 1) {
    const until = performance.now() + PATIENCE
    while (this.to(address).length < count) {
      if (performance.now() > until) throw new Failed(`no letter ${count} to ${address}`)
      await pause(50)
    }
    const letters = this.to(address)
    const { checks } = this.world
    checks.same(`letter ${count} came alone`, letters.length, count)
    const letter = letters[count - 1]
    checks.same('a letter is well made', letter.defects.join(), '')
    const unseen = letter.htmlLinks.filter((link) => !letter.links.includes(link))
    checks.that('both halves of a letter have the same links', unseen.length === 0, unseen)
    await this.scan(letter)
    return letter
  }

  /** Opens every link, in a browser and by HEAD, as programs between the sender and the reader do. */
  async scan({ to, links }) {
    const { world } = this
    const { checks, input } = world
    this.scanner ??= await world.open()
    const before = this.to(to).length
    for (const link of new Set(links)) {
      checks.that('a letter leads to us alone', link === input.base || link.startsWith(`${input.base}/`), link)
      const head = await this.scanner.context().request.head(link)
      const got = await this.scanner.goto(link)
      const both = [head.status(), got.status()]
      checks.that('a scanner gets an answer', both.every((status) => status < 500 && status !== 405), both)
      if (!new URL(link).pathname.endsWith('/verify')) continue
      checks.same('a scanner is shown where to go on', await this.scanner.locator('form').count(), 0)
      const set = await got.headerValue('set-cookie')
      checks.same('a scanner gets nothing to go on with', set, null)
    }
    checks.same('a scanner sends no mail', this.to(to).length, before)
    checks.same('a scanner is nobody', await world.silently(this.scanner, world.issuer()), 'login_required')
  }
}
