// Looks for what could point to a resident before a note is saved. On the phone, without network, and wrong now and then:
// it warns and quotes, people decide. Only a national number whose check is right is certain.

export type Kind = "national_number" | "email" | "phone" | "address" | "name";
export type Finding = { kind: Kind; seen: string };

// A letter of any alphabet; \b knows ASCII only.
const L = "\\p{L}\\p{M}'’\\-";
const from = "(?<![\\p{L}\\p{N}])";
const to = "(?![\\p{L}\\p{N}])";
const find = (text: string, ...patterns: RegExp[]): string[] => patterns.flatMap(pattern => [...text.matchAll(pattern)].map(found => found[0].trim()));

// --- numbers ------------------------------------------------------------------------------------------------------------

const NATIONAL = /(?<!\d)\d{2}(?:[ ./-]?\d{2}){2}[ ./-]?\d{3}[ ./-]?\d{2}(?!\d)/g;
const isNational = (seen: string): boolean => {
  const digits = seen.replace(/\D/g, "");
  const [first, check] = [Number(digits.slice(0, 9)), Number(digits.slice(9))];
  return check === 97 - (first % 97) || check === 97 - ((2_000_000_000 + first) % 97); // the second: born from 2000 on
};
const EMAIL = /[\p{L}\p{N}._%+-]+ ?(?:@|\(at\)|\[at\]) ?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/giu;
// A day looks like a number with its dots; it is taken out before numbers are looked for.
const DATE = /(?<![\d][./ -]?)(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:20)?\d{2}(?!\d)(?!\1\d)/g;
const PHONES = [
  /(?<!\d)(?:\+|00)[1-9](?:[ ./-]?\(?\d\)?){7,13}(?!\d)/g, // any country
  /(?<![\d+])0[1-9](?:[ ./-]?\d){7,8}(?!\d)/g, // Belgium
];

// --- addresses: a street with a number; a street alone is a place like another ------------------------------------------

const STREET = "(?:rue|r\\.|avenue|av\\.?|boulevard|bd\\.?|bld|chauss[ée]e|ch[ée]e\\.?|place|quai|square|all[ée]e|impasse|clos|drève|zan[9kq]a[th]?|zan[kq]at|derb|shari3|chari3|hay)";
const STRAAT = `[${L}]*(?:straat|laan|steenweg|plein|kaai|dreef|lei)`;
// What counts something else than houses: "rue de Brabant 14 personnes".
const COUNTED = "(?!\\s*(?:[h:%€/]|à\\s|tot\\s|[–-]\\s?\\d|(?:heures?|uur|u|min|km|m|euros?|fois|keer|x|personnes?|pers|familles?|gens|enfants?|dames?|femmes?|hommes?|jeunes?|m[ée]nages?|locataires?|contacts?|affiches?|flyers?|tracts?|d[ée]pliants?|portes?|sonnettes?|dossiers?|demandes?|relais|personen|mensen|gezinnen|kinderen|vrouwen|mannen|jongeren|deuren|folders?|nas|janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre)(?![\\p{L}]))|[\\d.,]*\\d)";
const HOUSE = "(?:n[°or]\\.?\\s*)?(?!1[0-2]\\d0)\\d{1,4}"; // not a postcode of Brussels
const ADDRESSES = [
  new RegExp(`${from}${STREET}\\s+(?:[${L}.]+\\s+){0,5}?[${L}.]+,?\\s+${HOUSE}${COUNTED}\\s?[a-z]?${to}`, "giu"),
  new RegExp(`${from}\\d{1,3}\\s?(?:bis|[a-z])?,?\\s+${STREET}\\s+(?:d[eu]s?|d['’]|la|l['’])?\\s*[${L}]{3,}`, "giu"),
  new RegExp(`${from}${STRAAT},?\\s+${HOUSE}${COUNTED}\\s?[a-z]?${to}`, "giu"),
];

// --- names --------------------------------------------------------------------------------------------------------------

const NAME = "\\p{Lu}[\\p{L}\\p{M}'’-]+";
// Said as names are said, in French, Dutch and Arabic written with our letters (3, 7 and 9 are letters there).
const TITLED = new RegExp(`${from}(?:M\\.|Mr\\.?|Mme\\.?|Mlle\\.?|Mmes|Monsieur|Madame|Mademoiselle|Mevrouw|mevrouw|[Mm]evr\\.?|[Mm]w\\.?|Meneer|meneer|Mijnheer|mijnheer|Dhr\\.?|dhr\\.?|[Dd]e heer|madame|monsieur|mme|mr|[Ss]i|[Ss]idi|[Ll]alla|[Hh]a[jd]j?a?|[Oo]um|[Uu]mm|[Cc]hez les|[Ff]amille|[Ff]amilie|gezin|[Aa]bou?|[Cc]heikh|[Kk]halti|[3Aa]mm[iu]|[3Aa]mti)\\s+(?:(?:de|van|den|der|la|le|el|al|ben)\\s+)*(${NAME})`, "gu");
const CALLED = new RegExp(`${from}(?:s['’]appelle(?:nt)?|pr[ée]nom(?:m[ée]e?)?|nomm[ée]e?|nom de famille|nom\\s*:|naam\\s*:|heet|genaamd|voornaam|achternaam|sm[iy]+t[ouh]+[ha]*|[iou]?sm[iou]+h?[ao]?|ismuh[ao]?)\\s*:?\\s*(?:est\\s+|is\\s+)?([\\p{L}][${L}]{2,})`, "giu");
const LINEAGE = new RegExp(`${from}(?:[Bb][ie]nt?|[Ii]bn|[Oo]uled|[Aa]ï?t|[Aa]bd(?:[eou]l|er|ess?|enn?)?)[ -]?(?:[eaE]l[ -])?(${NAME})|${from}[Ee]l[ -](${NAME}i)${to}|${from}[Aa]bd(?:[eou]l|er|ess|enn|ou)[- ]?\\p{L}{3,}`, "gu");

// Given names of Brussels that are no words of our languages, so that they are seen in small letters too.
const GIVEN = new Set(
  ("abdel abdelaziz abdelkader abdelkarim abdellah abderrahim abderrahman abdou abdoulaye abdullah achraf adama adil ahmed ahmet aicha ali aliou alioune alpha amadou amal amin amina aminata amine amir " +
    "anass anissa anouar aoua aya ayoub ayşe ayse aziz aziza bachir bilal bouchra boubacar brahim chaima chaimae cheikhna chadia dounia driss ebru elif emine emre fadma fatiha fatim fatima fatimata fatna fatoumata " +
    "fatma farid farida faiza fouad fouzia ghizlane habiba hafida hafsa hajar hakim hakima halima hamid hamza hanane hanan hasan hassan hassna hicham hind houda houria hussein huseyin ibrahim ibrahima idriss ilham " +
    "ilias ilyas imad imane ismael ismail jamal jamila kadiatou kadija karim karima kaoutar kemal khadija khadijatou khalid latifa layla leila loubna lubna mahmoud mahamadou malika mamadou mariam mariama mariem " +
    "maryam mehdi mehmet meryem mimoun mimouna mina mohamed mohammed mohammad mouhamed mokhtar mounia mounir mourad mouna moussa mustafa mustapha nabil nabila nadia nadir naima najat najib nasser nawal nezha noor nora " +
    "nordine noureddine omar oumar oumou othmane oussama ousmane rachid rachida rahma ramazan redouane rkia saad sabah sabrina said saida saïd saïda salah salim salima salma samia samir samira sanae sara sarah seda " +
    "selma serkan sevgi siham sofiane souad soufiane soumaya souleymane tarik tariq touria wafa wafae walid warda yasmina yasmine yassin yassine yassir youness younes youssef youssouf yousra yusuf zahra zakaria zakia zineb zohra zoubida " +
    "alain anne annelies annick astrid bart benoit bernadette bernard bram brigitte caroline catherine cedric céline chantal charlotte christelle christian christine christophe claudine daniel daniela danielle david " +
    "denis didier dirk dominique dries elena eline elise elke els emilie emma eric erik evelyne fabienne fabrice florence francine francis françois françoise frank frederic gaëlle geert genevieve georges gerard ghislaine gilles giulia griet guillaume guy hans helene hendrik hilde ilse " +
    "ingrid isabelle ivan jacqueline jacques jan jean jeanne jeannine jef jens jeroen joris johan josé joseph josiane julie julien karel karin katrien kevin koen kristel kristof lars laura laurence laurent liesbeth lieve lieven ludo luc lucas lutgard maarten marc marcel marie marijke marleen martine mathieu maxime michel michèle mieke monique myriam nathalie nele nicolas nicole olivier oksana olena pascal pascale patricia patrick paul philippe pieter quentin raymond rita robert roger romain sandrine sébastien serge sofie sophie " +
    "stefaan stephane stéphane steven sven sylvie tatiana thierry thomas tom valérie véronique vincent wim wout yves yvette yvonne svetlana natalia irina volodymyr andriy mykola ioana maria mihai vasile andrei adriana sofia sofía inaya inès ines lina nour adam rayan imran bogdan ionut cristina florin alexandru georgiana mirela yasmin hana tesfaye aster abel selam").split(" "),
);
// In small letters these are words: "elle se marie", "een frank".
const CAPITAL_ONLY = new Set("alpha amine els francis frank guy hind jan jean marc marie nadir robert said".split(" "));
// What stands before the name of a place or a house: "parc Marie-José", "école Sint-Jan".
const PLACE = new RegExp(`${from}(?:rue|avenue|av\\.|boulevard|place|parc|square|quai|chaussée|porte|gare|station|métro|metro|arrêt|halte|école|ecole|institut|athénée|lycée|collège|crèche|hôpital|clinique|centre|maison|église|eglise|mosquée|moskee|kerk|school|ziekenhuis|huis|plein|park|cité|clos|quartier|wijk|salle|zaal|asbl|vzw|association|vierge|saint|sainte|st|ste|sint)[\\s-]+(?:(?:de|du|des|la|le|les|van|de|het|den)[\\s-]+|[dl]['’])*(?:\\p{L}+-)*$`, "iu");

const MUNICIPALITY = new RegExp(`${from}(?:Anderlecht|Auderghem|Oudergem|Berchem|Bruxelles|Brussels?|Etterbeek|Evere|Forest|Vorst|Ganshoren|Ixelles|Elsene|Jette|Koekelberg|Molenbeek|Saint-Gilles|Sint-Gillis|Saint-Josse|Sint-Joost|Schaerbeek|Schaarbeek|Uccle|Ukkel|Cureghem|Kuregem|Laeken|Laken|Marolles|Marollen|Woluwe)${to}`, "gu");

function names(text: string): string[] {
  const found = find(text, TITLED, LINEAGE);
  for (const called of text.matchAll(CALLED)) if (!ORDINARY.has(called[1]!.toLowerCase())) found.push(called[1]!);
  for (const word of text.matchAll(/[\p{L}\p{M}]+/gu)) {
    const low = word[0].toLowerCase();
    if (!GIVEN.has(low) && !GIVEN.has(low.normalize("NFD").replace(/\p{M}/gu, ""))) continue;
    if (CAPITAL_ONLY.has(low) && word[0] === low) continue;
    if (!PLACE.test(text.slice(0, word.index))) found.push(word[0]);
  }
  return found;
}
const ORDINARY = new Set("comment quoi pareil ainsi encore autrement pas déjà donc hoe dat deze dit die ook wat zo anders niet welkom elle lui une des les het een water weer ons u iedereen".split(" "));

/** What somebody should look at again, in the order of the text's kinds; `known` are names of places and services, not of people. */
export function detect(text: string, known: string[] = []): Finding[] {
  let rest = text.normalize("NFC").replace(/[٠-٩]/g, digit => String(digit.charCodeAt(0) - 0x660)).replace(/[۰-۹]/g, digit => String(digit.charCodeAt(0) - 0x6f0));
  const found: Finding[] = [];
  const take = (kind: Kind, seen: string[]): void => {
    for (const one of seen) {
      if (!found.some(other => other.seen.includes(one))) found.push({ kind, seen: one });
      rest = rest.replace(one, " ");
    }
  };
  take("email", find(rest, EMAIL));
  take("national_number", find(rest, NATIONAL).filter(isNational));
  rest = rest.replace(DATE, " ");
  take("phone", find(rest, ...PHONES));
  take("address", find(rest, ...ADDRESSES));
  for (const place of known) if (place.length > 3) rest = rest.replaceAll(place, " ");
  take("name", names(rest.replace(MUNICIPALITY, "·")));
  return found;
}
