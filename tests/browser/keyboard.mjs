// What holds on every page for hands on the keyboard.

/** Tab visits all that can be used, in the order of the document, and shows where it is. */
export async function tabsThrough(page, name, checks) {
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href], button, input:not([type="hidden"]), select, summary')]
    const usable = all.filter((element) => element.checkVisibility() && !element.disabled)
    usable.forEach((element, index) => (element.dataset.stop = index))
    return usable.length
  })
  const stops = []
  const unmarked = []
  // Twice round: the first press goes on from the field that has the focus, and the address bar is a stop as well.
  for (let presses = 0; presses < 2 * wanted + 2; presses += 1) {
    await page.keyboard.press('Tab')
    const { stop, marked } = await page.evaluate(() => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement)
      const ring = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0
      return { stop: document.activeElement.dataset.stop, marked: ring || boxShadow !== 'none' }
    })
    if (stop === undefined) continue
    stops.push(Number(stop))
    if (!marked) unmarked.push(stop)
  }
  checks.same(`${name}: Tab reaches all`, new Set(stops).size, wanted)
  const round = stops.slice(stops.indexOf(0))
  checks.that(
    `${name}: in the order of the page`,
    round.every((stop, index) => stop === index % wanted),
    stops,
  )
  checks.that(`${name}: the focus shows`, unmarked.length === 0, unmarked)
}
