// People at their account, and people who are asked to join an organization.
import { readFileSync } from 'node:fs'

import { press } from '../hosted.mjs'
import { tabsThrough } from '../keyboard.mjs'
import { GOOD, answer, bothWays, heading, settle } from '../mailed.mjs'

/** Another main address, and the way back from any browser that holds the link. */
export const change_of_address = (world) =>
  bothWays(world, 'change_of_address', async (way) => {
    const { base } = world.input
    const [old, fresh] = [way.address('ada'), way.address('lovelace')]
    const page = await way.open()
    await settle(world, way, page, old)
    await page.goto(`${base}/account`)
    way.same('the account', await heading(page), 'Your account')
    await way.look(page, 'account')
    await tabsThrough(page, 'account by keyboard', world.checks)
    await press(page, 'a[href$="/account/addresses"]')
    await press(page, 'a[href$="/account/address"]')
    await page.check('input[name="promote"]')
    await answer(page, { address: fresh })
    const early = await way.letters.next(old, 2)
    way.same('the early notice', early.subject, 'Another main address was asked for in your Gatehouse account')
    await answer(page, { code: (await way.letters.next(fresh)).code })
    way.same('back at the addresses', page.url(), `${base}/account/addresses`)
    const main = await page.locator('.item:has(.detail:text-is("Main address"))').innerText()
    way.that('the new one is the main one', main.includes(fresh), main)
    await way.look(page, 'account-addresses')
    const notice = await way.letters.next(old, 3)
    way.same('the notice', notice.subject, 'The main address of your Gatehouse account has changed')
    const link = notice.link('/account/undo')
    const stranger = await way.open()
    await stranger.goto(link)
    way.same('the link asks', await heading(stranger), 'Take the change back?')
    way.that('the token left the address', !stranger.url().includes('token'), stranger.url())
    await way.look(stranger, 'account-undo')
    way.same('looking changes nothing', await world.silently(page, world.issuer()), 'code')
    await press(stranger, 'form[action$="/account/undo"] button')
    way.same('taken back', await heading(stranger), 'The change is taken back')
    await way.look(stranger, 'account-undone')
    way.same('everybody is signed out', await world.silently(page, world.issuer()), 'login_required')
    await stranger.goto(link)
    way.same('the link is spent', await stranger.locator('form[action$="/account/undo"]').count(), 0)
  })

/** A copy of everything, the wish to go, and the change of mind. */
export const leaving_for_good = (world) =>
  bothWays(world, 'leaving_for_good', async (way) => {
    const { base } = world.input
    const address = way.address('ada')
    const page = await way.open()
    await settle(world, way, page, address)
    await page.goto(`${base}/account/data`)
    await way.look(page, 'account-data')
    const coming = page.waitForEvent('download')
    await page.click('form[action$="/account/data"] button')
    const copy = JSON.parse(readFileSync(await (await coming).path(), 'utf8'))
    way.that('the copy has the address', JSON.stringify(copy).includes(address), Object.keys(copy))
    way.that('the copy has no secret', !/argon2|\$2[aby]\$|gh_[a-z]{2}_/.test(JSON.stringify(copy)))
    await page.goto(`${base}/account/deletion`)
    await way.look(page, 'account-deletion')
    await press(page, 'form[action$="/account/deletion"] button')
    const letter = await way.letters.next(address, 2)
    way.same('the letter', letter.subject, 'Your Gatehouse account will be deleted')
    await page.goto(`${base}/account`)
    way.same('the account says until when', await page.locator('form[action$="/account/keep"]').count(), 1)
    await way.look(page, 'account-ending')
    way.same('all goes on until then', await world.silently(page, world.issuer()), 'code')
    const link = letter.link('/account/undo')
    const stranger = await way.open()
    await stranger.goto(link)
    await way.look(stranger, 'account-keep')
    await page.goto(`${base}/account`)
    way.same('looking keeps nothing', await page.locator('form[action$="/account/keep"]').count(), 1)
    await press(stranger, 'form[action$="/account/undo"] button')
    await way.look(stranger, 'account-kept')
    await page.reload()
    way.same('the account is kept', await page.locator('form[action$="/account/keep"]').count(), 0)
    await page.goto(`${base}/account/activity`)
    await way.look(page, 'account-activity')
    for (const kind of ['signin.succeeded', 'account.exported', 'deletion.requested', 'deletion.cancelled']) {
      way.that(`it is told: ${kind}`, (await page.locator(`[data-kind="${kind}"]`).count()) > 0)
    }
  })

/** From an invitation's letter to a member with an account, and another account that is not let in by it. */
export const invited = (world) =>
  bothWays(world, 'invited', async (way) => {
    const { base } = world.input
    const acme = `${base}/t/acme`
    const address = way.address('ada')
    const letter = await way.letters.next(address)
    way.same('the subject', letter.subject, 'Invitation to Acme')
    const link = letter.links.find((one) => one.startsWith(`${acme}/invitations/`))
    const page = await way.open()
    await page.goto(link)
    way.same('the invitation', await heading(page), 'You are invited to join Acme')
    way.same('the token left the address', page.url(), `${acme}/invitations`)
    await way.look(page, 'invitation')
    await tabsThrough(page, 'invitation by keyboard', world.checks)
    await press(page, 'form[action$="/invitations/sign-up"] button')
    way.same('a code is asked for', await heading(page), 'Check your email')
    await answer(page, { code: (await way.letters.next(address, 2)).code })
    await answer(page, { name: 'Ada Archer', password: GOOD })
    const told = await page.innerText('main')
    way.that('a member', told.includes('You are now a member of Acme.'), told)
    await way.look(page, 'invitation-joined')
    await page.goto(link)
    const again = await page.innerText('main')
    way.that('the link is spent', !(await page.locator('form[action$="/invitations/accept"]').count()), again)
  })
