// The middle square of a picture, small: what a phone's camera takes is many times what is needed,
// and where it was taken is nobody's business.

const SIDE = 512
const QUALITY = 0.9

/** A JPEG of at most 512 pixels on a side; undefined when this browser cannot read the picture. */
export async function squareOf(picture: Blob): Promise<Blob | undefined> {
  const bitmap = await createImageBitmap(picture).catch(() => undefined)
  if (!bitmap) return undefined
  const { width, height } = bitmap
  const from = Math.min(width, height)
  const side = Math.min(from, SIDE)
  const canvas = new OffscreenCanvas(side, side)
  const context = canvas.getContext('2d')
  if (!context) return undefined
  // What is transparent stands on white, as the server does it.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, side, side)
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, (width - from) / 2, (height - from) / 2, from, from, 0, 0, side, side)
  bitmap.close()
  return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })
}
