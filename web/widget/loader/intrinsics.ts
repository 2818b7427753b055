// The browser's own functions, taken once, before the page can put its own in their place; and past
// `<form name="createElement">` and its like, which shadow what stands on `document`.
const apply = Reflect.apply

/** A method of the platform as a function of its object. */
function method<Self extends object, Args extends readonly unknown[], Out>(
  own: (this: Self, ...args: Args) => Out,
): (self: Self, ...args: Args) => Out {
  return (self, ...args) => apply(own, self, args)
}

/** The getter of a platform property as a function of its object. */
function getter<Self extends object, Name extends keyof Self & string>(
  prototype: Self,
  name: Name,
): (self: object) => Self[Name] {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get
  return (self) => apply(get ?? (() => undefined), self, [])
}

export const listen = method<EventTarget, [string, (event: Event) => void, object?], void>(
  EventTarget.prototype.addEventListener,
)
export const attribute = method<Element, [string], string | null>(Element.prototype.getAttribute)
export const setAttribute = method<Element, [string, string], void>(Element.prototype.setAttribute)
export const append = method<Node, [Node], Node>(Node.prototype.appendChild)
export const attachShadow = method<Element, [ShadowRootInit], ShadowRoot>(
  Element.prototype.attachShadow,
)
export const focus = method<HTMLElement, [], void>(HTMLElement.prototype.focus)
export const setProperty = method<CSSStyleDeclaration, [string, string], void>(
  CSSStyleDeclaration.prototype.setProperty,
)
export const createElement = method<Document, [string], HTMLElement>(
  Document.prototype.createElement,
)
export const createElementNS = method<Document, [string, string], Element>(
  Document.prototype.createElementNS,
)

export const currentScript = getter(Document.prototype, 'currentScript')
export const bodyOf = getter(Document.prototype, 'body')
export const windowOf = getter(HTMLIFrameElement.prototype, 'contentWindow')

/** Runs something when the page has nothing better to do. */
export const idle: (run: () => void) => unknown = window.requestIdleCallback ?? setTimeout
