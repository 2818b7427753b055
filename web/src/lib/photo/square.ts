// A square of a picture, small: what a phone's camera takes is many times what is needed, and where it
// was taken is nobody's business.
import type { Crop } from './crop.ts'

const SIDE = 512
const QUALITY = 0.9

/** The picture as this browser reads it; undefined when it cannot. */
export function readPicture(file: Blob): Promise<ImageBitmap | undefined> {
  return createImageBitmap(file).catch(() => undefined)
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

/** Draws the square over a canvas of so many pixels. What is transparent stands on white, as the server does it. */
export function drawSquare(context: Context, bitmap: ImageBitmap, crop: Crop, pixels: number) {
  const { x, y, side } = crop
  context.fillStyle = '#fff'
  context.fillRect(0, 0, pixels, pixels)
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, x, y, side, side, 0, 0, pixels, pixels)
}

/** The square as a JPEG of at most 512 pixels on a side. */
export async function squareOf(bitmap: ImageBitmap, crop: Crop): Promise<Blob | undefined> {
  const pixels = Math.max(1, Math.round(Math.min(crop.side, SIDE)))
  const canvas = new OffscreenCanvas(pixels, pixels)
  const context = canvas.getContext('2d')
  if (!context) return undefined
  drawSquare(context, bitmap, crop, pixels)
  return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })
}
