// Puts the widget's tag on the page, with the site key from the page's own address; a shop of its own
// would have the tag in its HTML, as the note at the foot of the page shows.
const key = new URLSearchParams(location.search).get('key') ?? ''
const language = new URLSearchParams(location.search).get('lang') ?? ''
const tag = document.createElement('script')
tag.async = true
tag.src = '/widget/loader.js'
tag.dataset['key'] = key
if (language) tag.dataset['lang'] = language
document.head.append(tag)

for (const place of document.querySelectorAll('[data-site-key]')) place.textContent = key || '…'
for (const button of document.querySelectorAll('[data-ask]'))
  button.addEventListener('click', () => {
    const widget: unknown = Reflect.get(window, 'Switchboard')
    if (typeof widget === 'function') widget('open')
  })
