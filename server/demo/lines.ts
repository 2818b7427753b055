// What the demo's people say.

const LINES = {
  visitor: [
    'Marta K.',
    'Jörg Beck',
    'Aisha',
    'Tomás',
    'Lin',
    'Peter S.',
    'Emma',
    'Luca',
    'Sanne',
    'Oleg',
    'Fatima',
    'Noah',
  ],
  question: [
    'Hello! My parcel says delivered, but nothing has come.',
    'Which sleeping bag do you advise for minus five?',
    'I would like to change the address of order 88-20413.',
    'The zip of my tent broke after one weekend. What can we do?',
    'Do you have the trail boots in 43?',
    'My invoice shows the wrong company name.',
    'Can I return something that I bought in the shop?',
    'The stove will not light. I have tried two cartridges.',
    'Is the blue rucksack coming back in stock?',
    'I was charged twice for the same order.',
  ],
  greeting: [
    'Good day! Thank you for writing. Let me look that up for you.',
    'Hello, I will check that straight away. One moment, please.',
    'Hi! Happy to help. Do you have an order number at hand?',
  ],
  answer: [
    'I see it here: the parcel was handed to your neighbours at number 14.',
    'The Nordkap 300 keeps warm down to minus seven, and it is on sale until Sunday.',
    'I have changed it. You will get a confirmation by e-mail within a few minutes.',
    'That falls under the guarantee. I will send you a label to return it free of charge.',
    'We have two pairs left in Utrecht. Shall I put one aside?',
    'You are right, that went wrong on our side. The amount will be back within three days.',
  ],
  reply: [
    'Oh, I had not thought of that!',
    'Great, thank you. That helps a lot.',
    'Could you send me the link as well?',
    'Yes please, that would be wonderful.',
    'Hm, are you sure? It looked different on the site.',
    'The number is 88-20413.',
  ],
  parting: [
    'My pleasure. Have a good day and enjoy the outdoors!',
    'Then I will close the chat here. Do write again if anything is left.',
    'Glad that I could help. Until next time!',
  ],
} as const

/** One of the lines of a kind, by chance. */
export function line(kind: keyof typeof LINES): string {
  const lines = LINES[kind]
  return lines[Math.floor(Math.random() * lines.length)] ?? lines[0]
}
