// How the button and the frame's window look on the page around them. The rules stand in a shadow
// root; those on the host are marked important, since only that outweighs the page's own rules.
export const look = `
:host{all:initial!important;position:fixed!important;z-index:2147483000!important;display:block!important}
button,iframe{position:fixed;right:20px;border:0;box-shadow:0 2px 6px #14181c29,0 8px 32px #14181c33}
button{bottom:20px;width:56px;height:56px;padding:0;border-radius:50%;
background:var(--sb-colour,#00727c);color:var(--sb-ink,#fff);cursor:pointer}
button:hover{filter:brightness(1.08)}
button:focus-visible{outline:2px solid #fff;box-shadow:0 0 0 5px #3f5bd9}
svg{position:absolute;top:15px;left:15px;width:26px;height:26px;fill:none;stroke:currentColor;
stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
i{position:absolute;top:-3px;right:-3px;min-width:22px;padding:0 5px;border-radius:11px;
border:2px solid #fff;background:#b3261e;color:#fff;font:600 12px/18px system-ui;text-align:center}
i:empty{display:none}
iframe{bottom:88px;width:384px;height:640px;max-width:calc(100vw - 40px);max-height:calc(100vh - 108px);
border-radius:14px;background:#fff;visibility:hidden;opacity:0;transform:translateY(6px);
transition:opacity .14s,transform .14s,visibility .14s}
.open{visibility:visible;opacity:1;transform:none;transition:opacity .14s,transform .14s}
.left{right:auto;left:20px}
@media (max-width:479px),(max-height:479px){
iframe,.left.frame{inset:var(--sb-top,0) 0 auto;width:100%;height:var(--sb-height,100%);max-width:none;max-height:none;border-radius:0}
[aria-expanded=true]{visibility:hidden}}
@media (prefers-color-scheme:dark){iframe{background:#1b2024;outline:1px solid #fff2}}
@media (prefers-reduced-motion){*{transition:none!important}}
@media (forced-colors:active){button{border:2px solid}}
@media print{*{display:none}}`

export const talk =
  'M21 11.5a8.4 8.4 0 0 1-12.3 7.4L3 20.5l1.7-5.2A8.4 8.4 0 0 1 12.5 3.2 8.4 8.4 0 0 1 21 11.5Z'
export const shut = 'M6 9.5l6 6 6-6'
