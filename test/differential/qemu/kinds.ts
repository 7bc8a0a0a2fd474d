/** What the formats alone do not tell about instructions, as far as making cases needs it. */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** The address in the storage operand, or the relative one, is where the instruction may branch to. */
export const BRANCHES = words(`
  bal bas bc bct bctg bxh bxhg bxle bxleg bic
  bras brasl brc brcl brct brctg brcth brxh brxhg brxle brxlg j jl
  crj cgrj cij cgij clrj clgrj clij clgij
  crb cgrb cib cgib clrb clgrb clib clgib`);

/** The second register holds the address to branch to. */
export const REGISTER_BRANCHES = words('balr basr bassm bsm bcr bctr bctgr');

/** The storage operand is a number: a shift amount, an address to be loaded, a code; nothing is accessed. */
export const ADDRESS_IS_VALUE = words(`
  la lay lae laey
  sll srl sla sra sldl srdl slda srda sllg srlg slag srag sllk srlk slak srak rll rllg
  vlgv vlvg vesl vesrl vesra verll lcbb
  spka sac sacf stnsm_ svc ecag diag sigp trap2 clclu_ pfd niai bpp stap_`);

/** Instructions that stop after a part of the work with condition code 3; "CPU-determined" amounts are compared after repetition. */
export const PARTIAL = words(`
  mvcle clcle mvclu clclu cksm srst srstu clst mvst cuse
  tre troo trot trto trtt trte trtre cu12 cu14 cu21 cu24 cu41 cu42 cuutf cutfu`);
