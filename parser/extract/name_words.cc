#include "parser/extract/name_words.h"

#include <string>
#include <unordered_set>

namespace newsmill {
namespace {

using Words = std::unordered_set<std::string_view>;

}  // namespace

bool IsByWord(std::string_view word) {
  static const Words words = {
      "by",          "byby",       "von",         "par",       "por",
      "di",          "door",       "af",          "av",        "przez",
      "autor",       "autorin",    "autoren",     "author",    "authors",
      "auteur",      "auteurs",    "autore",      "autori",    "autores",
      "автор",       "авторы",     "автори",      "yazar",     "yazan",
      "szerző",      "írta",       "autorka",     "skribent",  "forfatter",
      "kirjoittaja", "verfasser",  "verfasserin", "redakteur", "redakteurin",
      "redattore",   "بقلم",       "كتب",         "كتبت",      "מאת",
      "oleh",        "bởi",        "tekijä",      "от",        "од",
      "του",         "της",        "من",          "text",      "texte",
      "testo",       "texto",      "tekst",       "teksti",    "текст",
      "reporter",    "journalist", "penulis",     "writer",    "correspondent",
      "nguồn",       "words",      "autoriai",    "autors",    "autorius",
      "toimittaja",  "tekstas"};
  return words.contains(word);
}

bool IsLabelWord(std::string_view word) {
  static const Words words = {
      "posted",      "post",        "written",     "published",
      "story",       "report",      "reported",    "reporting",
      "words",       "interview",   "review",      "reviewed",
      "opinion",     "analysis",    "article",     "submitted",
      "created",     "authored",    "contributed", "edited",
      "eingestellt", "geschrieben", "verfasst",    "veröffentlicht",
      "ein",         "eine",        "kommentar",   "beitrag",
      "artikel",     "gastbeitrag", "kolumne",     "analyse",
      "essay",       "rezension",   "reportage",   "interview",
      "bericht",     "porträt",     "écrit",       "publié",
      "posté",       "rédigé",      "recueillis",  "propos",
      "billet",      "escrito",     "publicado",   "redactado",
      "scritto",     "pubblicato",  "cura",        "geschreven",
      "skrevet",     "skriven",     "publisert",   "gepubliceerd",
      "author",      "autor",       "the",         "column",
      "commentary",  "editorial",   "blog",        "guest",
      "gast",        "blogpost",    "entry",       "news",
      "meinung",     "leitartikel", "glosse",      "feature",
      "exclusive",   "special"};
  return words.contains(word);
}

bool IsTimeWord(std::string_view word) {
  static const Words words = {
      "last", "updated", "on",  "at",  "am",  "le",  "el",  "il",
      "um",   "uhr",     "vom", "mo",  "di",  "mi",  "do",  "fr",
      "sa",   "so",      "mon", "tue", "wed", "thu", "fri", "sat",
      "sun",  "den",     "the", "om",  "den", "ti",  "à"};
  return words.contains(word);
}

bool IsPictureWord(std::string_view word) {
  static const Words words = {
      "foto",         "fotos",         "photo",       "photos",
      "bild",         "bilder",        "image",       "images",
      "picture",      "pictures",      "photography", "photographs",
      "illustration", "illustrations", "grafik",      "graphic",
      "video",        "fotografía",    "fotografie",  "photographie",
      "imagen",       "imagem",        "immagine",    "beeld",
      "kuva",         "fotograf",      "zdjęcie",     "фото",
      "credit",       "quelle",        "source",      "fuente",
      "translated",   "translation",   "übersetzung", "traduction"};
  return words.contains(word);
}

bool IsAndWord(std::string_view word) {
  static const Words words = {"and", "und", "et",  "y",   "e",   "og",
                              "och", "en",  "ja",  "i",   "и",   "та",
                              "és",  "ve",  "és",  "und", "och", "și",
                              "και", "och", "dan", "và",  "и",   "a"};
  return words.contains(word);
}

bool IsParticle(std::string_view word) {
  static const Words words = {
      "von", "van", "de",  "der", "den", "del", "della", "di",  "da",     "das",
      "do",  "dos", "du",  "des", "la",  "le",  "las",   "los", "el",     "al",
      "bin", "ibn", "ben", "zu",  "zum", "zur", "ter",   "ten", "te",     "af",
      "av",  "y",   "e",   "d",   "vom", "op",  "dal",   "st",  "genannt"};
  return words.contains(word);
}

bool IsRoleWord(std::string_view word) {
  static const Words words = {"editor",
                              "editors",
                              "reporter",
                              "reporters",
                              "correspondent",
                              "correspondents",
                              "writer",
                              "writers",
                              "journalist",
                              "journalists",
                              "columnist",
                              "contributor",
                              "contributors",
                              "producer",
                              "director",
                              "manager",
                              "fellow",
                              "intern",
                              "author",
                              "authors",
                              "chief",
                              "senior",
                              "staff",
                              "freelance",
                              "photographer",
                              "professor",
                              "president",
                              "ceo",
                              "founder",
                              "analyst",
                              "specialist",
                              "critic",
                              "blogger",
                              "expert",
                              "redakteur",
                              "redakteurin",
                              "redakteure",
                              "redaktor",
                              "redaktorin",
                              "reporterin",
                              "korrespondent",
                              "korrespondentin",
                              "autor",
                              "autorin",
                              "autoren",
                              "journalistin",
                              "leiter",
                              "leiterin",
                              "ressortleiter",
                              "volontär",
                              "volontärin",
                              "chefredakteur",
                              "chefredakteurin",
                              "wirtschaftsredakteur",
                              "leitender",
                              "leitende",
                              "freier",
                              "freie",
                              "mitarbeiter",
                              "mitarbeiterin",
                              "journaliste",
                              "rédacteur",
                              "rédactrice",
                              "correspondant",
                              "correspondante",
                              "envoyé",
                              "envoyée",
                              "spécial",
                              "redactor",
                              "redactora",
                              "periodista",
                              "corresponsal",
                              "giornalista",
                              "redattore",
                              "inviato",
                              "verslaggever",
                              "redacteur",
                              "correspondente",
                              "repórter",
                              "jornalista",
                              "skribent",
                              "toimittaja",
                              "dziennikarz",
                              "dziennikarka",
                              "muhabir",
                              "editör",
                              "корреспондент",
                              "редактор",
                              "журналист",
                              "wire",
                              "follow",
                              "share",
                              "comments",
                              "comment",
                              "min",
                              "minutes",
                              "minute",
                              "read",
                              "published",
                              "updated",
                              "posted",
                              "more",
                              "view",
                              "all",
                              "stand",
                              "uhr",
                              "bild",
                              "foto",
                              "photo",
                              "photos",
                              "video",
                              "copyright",
                              "credit",
                              "getty",
                              "images",
                              "email",
                              "twitter",
                              "facebook",
                              "instagram",
                              "website",
                              "linkedin",
                              "subscribe",
                              "newsletter",
                              "profil",
                              "profile",
                              "about",
                              "contact",
                              "archives",
                              "mehr",
                              "plus",
                              "link",
                              "rss",
                              "veröffentlicht",
                              "aktualisiert",
                              "quelle",
                              "source",
                              "sagt",
                              "says",
                              "said",
                              "antworten",
                              "reply",
                              "kommentare",
                              "datum",
                              "date",
                              "dr.h.c",
                              "skrifar",
                              "vice",
                              "deputy",
                              "head",
                              "political",
                              "environment",
                              "theme",
                              "anzahl",
                              "politics",
                              "sports",
                              "sport"};
  return words.contains(word);
}

bool IsGroupWord(std::string_view word) {
  static const Words words = {
      "afp",        "ap",           "reuters",     "dpa",         "apa",
      "sda",        "epd",          "kna",         "sid",         "ansa",
      "efe",        "ritzau",       "ntb",         "tt",          "stt",
      "pap",        "belga",        "anp",         "upi",         "pti",
      "ani",        "ians",         "xinhua",      "tass",        "agentur",
      "agenturen",  "agency",       "agencies",    "agence",      "agencias",
      "agencia",    "agenzia",      "press",       "presse",      "news",
      "newsroom",   "redaktion",    "redaction",   "rédaction",   "redacción",
      "redazione",  "redactie",     "redaktionen", "redakcja",    "redakce",
      "redacção",   "redação",      "redaksjonen", "toimitus",    "редакция",
      "редакція",   "desk",         "team",        "staff",       "board",
      "online",     "media",        "magazine",    "magazin",     "group",
      "ltd",        "inc",          "gmbh",        "verlag",      "zeitung",
      "television", "radio",        "service",     "services",    "network",
      "webteam",    "newsdesk",     "ajansı",      "haber",       "times",
      "post",       "herald",       "tribune",     "journal",     "guardian",
      "bbc",        "cnn",          "stiftung",    "universität", "university",
      "institut",   "institute",    "verein",      "kolektiv",    "colectivo",
      "collectif",  "committee",    "association", "bund",        "associated",
      "editors",    "contributors", "reporters"};
  return words.contains(word);
}

bool IsNoName(std::string_view word) {
  static const Words words = {
      "admin",      "administrator", "name",     "author",    "autor",
      "editor",     "null",          "none",     "unknown",   "undefined",
      "user",       "anonymous",     "posted",   "by",        "von",
      "par",        "por",           "page",     "root",      "webmaster",
      "follow",     "twitter",       "facebook", "website",   "email",
      "e-mail",     "rss",           "share",    "artikel",   "article",
      "home",       "login",         "true",     "false",     "n/a",
      "redaktion:", "blog",          "contact",  "youtube",   "instagram",
      "linkedin",   "github",        "comments", "comment",   "views",
      "print",      "mail",          "google",   "subscribe", "advertisement",
      "anzeige",    "archive",       "archives", "date",      "datum",
      "kommentare", "antworten",     "reply",    "menu",      "search",
      "about",      "more",          "bild",     "foto",      "video",
      "text",       "impressum",     "category", "tags",      "tag",
      "news",       "autoren",       "weibo",    "wechat"};
  return words.contains(word);
}

}  // namespace newsmill
