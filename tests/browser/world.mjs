// A running demo world, seen by people with browsers: what every journey needs, and what holds on every page.
import { createHash, randomBytes } from 'node:crypto'

import { freshContext } from './chromium.mjs'
import { walk } from './hosted.mjs'
import { Failed } from './run.mjs'

const PASSWORD = 'correct horse battery staple'

export const PEOPLE = {
  alice: { username: 'alice@acme.test', password: PASSWORD, organization: 'acme' },
  bob: { username: 'bob@globex.test', password: PASSWORD, organization: 'globex' },
  carol: { username: 'carol@consult.test', password: PASSWORD, organization: 'globex' },
}

const random = () => randomBytes(32).toString('base64url')

export class World {
  constructor(input, browser, app, checks) {
    Object.assign(this, { input, browser, app, checks, answers: [], loaded: [], complaints: [], opened: 0 })
    this.clientId = input.clientId ?? 'demo-web'
  }

  /** The issuer of a tenant, or of the platform. */
  issuer(tenant) {
    return tenant === undefined ? this.input.base : `${this.input.base}/t/${tenant}`
  }

  /** A browser of its own; each answer it gets from the provider is kept for `checkAnswers`. */
  async open(options) {
    const page = await (await freshContext(this.browser, options)).newPage()
    this.watch(page)
    return page
  }

  watch(page) {
    this.opened += 1
    page.on('response', (response) => {
      const request = response.request()
      if (!response.url().startsWith(`${this.input.base}/`) || request.resourceType() !== 'document') return
      this.answers.push({
        url: response.url(),
        method: request.method(),
        status: response.status(),
        headers: response.headers(),
      })
    })
    page.on('request', (request) => {
      if (request.resourceType() === 'document' || !request.frame().url().startsWith(`${this.input.base}/`)) return
      this.loaded.push(request.url())
    })
    page.on('console', (message) => {
      const expected = message.text().includes('Failed to load resource')
      if (message.type() === 'error' && !expected && page.url().startsWith(this.input.base))
        this.complaints.push(message.text())
    })
  }

  /** An authorization request by `demo-web`, with what is needed to redeem its answer. */
  ask(issuer, extra = {}) {
    const asked = {
      issuer,
      verifier: random(),
      state: random(),
      nonce: random(),
      redirect: `${this.app.origin}/callback`,
    }
    const url = new URL(`${issuer}/oauth2/authorize`)
    const challenge = createHash('sha256').update(asked.verifier).digest('base64url')
    const wanted = {
      response_type: 'code',
      client_id: this.clientId,
      redirect_uri: asked.redirect,
      scope: 'openid profile email offline_access',
      state: asked.state,
      nonce: asked.nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...extra,
    }
    for (const [name, value] of Object.entries(wanted))
      if (value !== undefined) url.searchParams.set(name, value)
    return { ...asked, url: url.href, clientId: wanted.client_id }
  }

  atApp = (url) => url.startsWith(`${this.app.origin}/callback`)

  /** Goes from where the browser is (or from `asked.url`, at the start) to the app; the parameters of the answer. */
  async finish(page, asked, person, from) {
    const at = new URL(await walk(page, from, person, this.atApp))
    if (at.searchParams.get('state') !== asked.state)
      throw new Failed(`the answer is to another request: ${at}`)
    return Object.fromEntries(at.searchParams)
  }

  /** A whole sign-in: the request and its answer. */
  async signIn(page, issuer, person, extra) {
    const asked = this.ask(issuer, extra)
    return { asked, answer: await this.finish(page, asked, person, asked.url) }
  }

  /** Whether this browser's session answers without a page: the code, or the error. */
  async silently(page, issuer) {
    const asked = this.ask(issuer, { prompt: 'none' })
    await page.goto(asked.url)
    const answer = new URL(page.url()).searchParams
    return answer.get('error') ?? (answer.has('code') ? 'code' : page.url())
  }

  /** Redeems an answer; `change` alters single fields of the request. */
  async redeem({ asked, answer }, change = {}, headers = {}) {
    const { at = asked.issuer, ...fields } = change
    const form = {
      grant_type: 'authorization_code',
      client_id: asked.clientId,
      code: answer.code,
      code_verifier: asked.verifier,
      redirect_uri: asked.redirect,
      ...fields,
    }
    const kept = Object.entries(form).filter(([, value]) => value !== undefined)
    const response = await fetch(`${at}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(kept),
      headers,
    })
    return { status: response.status, ...(await response.json()) }
  }

  /** The hidden fields and the action of the form around `selector`, as a script would post it. */
  async form(page, selector) {
    const form = page.locator(selector).first().locator('xpath=ancestor::form')
    const action = new URL((await form.getAttribute('action')) ?? '', page.url()).href
    const hidden = await form
      .locator('input[type="hidden"]')
      .evaluateAll((all) => all.map(({ name, value }) => [name, value]))
    return { action, fields: Object.fromEntries(hidden) }
  }

  /** Posts a form with the browser's cookies and Origin, without a page. */
  async post(page, { action, fields }) {
    const origin = new URL(this.input.base).origin
    return page.context().request.post(action, { form: fields, headers: { origin }, maxRedirects: 0 })
  }

  /** Gives a browser cookies of another. Through the protocol, because only there a cookie can be without a domain. */
  async plant(page, cookies) {
    const session = await page.context().newCDPSession(page)
    const url = this.input.base.replace('http:', 'https:')
    for (const { name, value, sameSite } of cookies) {
      await session.send('Network.setCookie', {
        name,
        value,
        sameSite,
        url,
        path: '/',
        secure: true,
        httpOnly: true,
      })
    }
  }

  /** The stable code of the fault a page shows. */
  async fault(page) {
    const marked = page.locator('[data-code]')
    return (await marked.count()) > 0 ? marked.first().getAttribute('data-code') : undefined
  }
}

/** The claims of a JWT, unverified: the foreign clients verify, the journeys only look. */
export const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
