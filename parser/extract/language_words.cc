#include "parser/extract/language_words.h"

namespace newsmill {

// The commonest words of running text that are not names; where languages are
// close (Danish and Norwegian, Malay and Indonesian) the words that differ are
// among them.
const std::vector<LanguageWords>& LanguageWordLists() {
  static const std::vector<LanguageWords> lists = {
      {"en",
       "the and of to in is that for was on with as it by at from this have "
       "are not be has were their which will said they been who would about "
       "more his but"},
      {"de",
       "der die und das den von ist mit dem nicht ein eine auf für sich des "
       "im auch als es an werden aus hat sind wie noch bei einer zu wird "
       "nach war oder"},
      {"fr",
       "le la les des et est une dans que pour qui sur pas plus par avec ce "
       "au sont du en ont été cette aux mais comme ses leur nous vous fait "
       "selon"},
      {"es",
       "el la los las de que en una por con para del se no su al es como "
       "más lo pero sus este ha fue son desde entre también sobre hasta "
       "según años"},
      {"it",
       "il di che la per una del con non è della sono dei alla nel più "
       "anche le gli come da ha questo delle dal nella ma si al tra dopo "
       "stato"},
      {"pt",
       "de que não uma os para com do da em um no na por mais dos das ao "
       "como foi são pela pelo também sua seu mas tem ser está já você até"},
      {"nl",
       "de het een van en in is dat op te voor met zijn niet aan er om ook "
       "als maar bij door naar uit hebben worden heeft werd deze nog geen "
       "wordt"},
      {"da",
       "og i at det er en til af på for med den de som ikke har et der var "
       "fra han om vi men også efter blev kan skal sig være hvor mere"},
      {"no",
       "og i det er til på som en av for at med har de ikke den et om var "
       "fra han vi men også etter ble kan skal seg være hvor mer sier opp"},
      {"sv",
       "och att det som en på är av för med till den har de inte om ett var "
       "från men vi kan ska sig efter också eller när hade han mot blir"},
      {"fi",
       "ja on ei että se hän oli myös mutta ovat kun kuin joka sen mukaan "
       "ole jos sekä tai vain mitä vuoden nyt kertoo jo niin sitä olla hänen"},
      {"pl",
       "w i na z do się nie że jest to o jak od za po przez dla są ale "
       "które który oraz może tym tego już będzie być tak także"},
      {"cs",
       "a v se na je že to s z do o k ve pro jsou jako ale by i po od za "
       "podle které který také bude jeho ze má byl"},
      {"sk",
       "a v sa na je že to s z do o k vo pre sú ako ale by aj po od za "
       "podľa ktoré ktorý tiež bude jeho zo má bol"},
      {"hu",
       "a az és hogy nem is egy ez van meg volt de csak már mint ha lesz "
       "azt még el minden vagy ezt után pedig szerint amely ki"},
      {"ro",
       "și de la în a că nu cu pe care din este o mai să un pentru au fost "
       "sunt ale cel după fi dar prin acest această sau lui"},
      {"hr",
       "je i u na se za da su od s koji koja što kao iz bi ne će to nije o "
       "po ali ili samo nakon više sve biti godine"},
      {"sl",
       "je in v na se za da so od s ki kot iz bi ne bo to ni o po ali tudi "
       "pri še več vse biti lahko ter pa"},
      {"et",
       "ja on ei et ta oli ka kui see mis aga mida kes oma seda või siis "
       "veel nii ning pärast kuid välja tema selle"},
      {"lv",
       "un ir ka no ar par uz to kas arī bet tas nav lai pēc bija tiek savu "
       "vai kā gan pie līdz gada ja būs"},
      {"lt",
       "ir kad yra į su tai iš buvo bet kaip ne jau apie už po jis dar tik "
       "tačiau taip savo metu bus kurie nuo pagal"},
      {"tr",
       "ve bir bu da de için ile olarak çok daha olan gibi var sonra kadar "
       "en ne ama göre ise olduğu tarafından değil o yeni"},
      {"id",
       "yang dan di dengan untuk pada dari itu ini dalam tidak akan ke oleh "
       "juga karena bisa adalah sudah ada saat mereka telah bahwa tersebut "
       "kata para tahun"},
      {"ms",
       "yang dan di dengan untuk pada dari itu ini dalam tidak akan ke oleh "
       "juga kerana boleh adalah beliau bahawa berkata mereka telah ialah "
       "tersebut kata bagi antara"},
      {"vi",
       "và của là có được cho các không trong với một những đã người này "
       "khi từ đến để cũng về như tại sẽ năm vào nhiều ông"},
      {"ca",
       "el la els les de que i en una per amb del no és més al com dels "
       "també ha aquest són des seva ser però hi està fins"},
      {"is",
       "og að er í á sem til um við en það var ekki með fyrir af hann frá "
       "þá hafa eru verið svo hefur eftir þess sér þeir"},
      {"sq",
       "dhe të në e i që për me nga është një ka nuk se si më janë duke do "
       "ky kjo edhe ishte por tij"},
      {"af",
       "die en van in is het nie wat vir met sy op te om aan dat was hy sal "
       "kan ook by na sê hulle maar uit"},
      {"zu",
       "ukuthi futhi kanye uma ngoba kodwa lapho le leli ku kwa nge abantu "
       "umuntu khona njengoba kusho ngesikhathi noma yini ukuba yakhe wakhe "
       "bonke ngemuva emva"},
      {"sw",
       "ya na wa kwa ni katika za la kuwa hiyo huo huyo lakini kama pia "
       "baada hiyo watu wake alisema cha hadi yake kwamba"},
      {"tl",
       "ang ng sa na mga at ay ni si para ito kay hindi isang nang mula "
       "naman kung siya lang pa din ayon"},
      {"eu",
       "eta da ez du dira baina ere bat zuen egin dute izan dela hori baino "
       "izango den zen dituzte bere arabera"},
      {"gl",
       "que de do da e en os as un unha por con para non se máis pola polo "
       "tamén ao na no foi como súa ten"},
      {"cy",
       "yn y i a ar o mae bod wedi ei yr gan am ac fod oedd eu at hyn sydd "
       "dywedodd ond"},
      {"ga",
       "an agus na ar i go le a bhí is sé ní seo tá chun don leis ag faoi "
       "dá nach"},
      {"ru",
       "и в не на что с по как это но к из его за от для он было так же все "
       "у о бы мы который также был при уже"},
      {"uk",
       "і в не на що з у та про до як це але для за його від він було також "
       "або які який бути щоб їх під час"},
      {"bg",
       "и на да се в за не от е с че по са това към ще които като но който "
       "след бъде има при беше му си"},
      {"sr",
       "и је у на да се за су од са који као из не би то није по али више "
       "након све бити ће"},
      {"mk",
       "и на да се во за не од е со дека по се ова ќе кои како но која беше "
       "има при ги го"},
      {"be",
       "і ў не на што з у як для гэта па але да яго за ад быў таксама якія "
       "які каб"},
      {"kk", "және мен бір бұл үшін деп деді болып деген туралы жылы бойынша"},
      {"ar",
       "في من على أن إلى التي عن مع هذا ما كان الذي بعد لا هذه بين قال كما "
       "أو قد ذلك حيث"},
      {"fa",
       "و در به از که این را با است برای آن یک خود تا بر های شد کرد می هم"},
      {"ur", "کے کی میں ہے اور سے کا کو نے پر اس کہ یہ ہیں ایک تھا بھی کر"},
      {"hi", "के में की है और से को का ने पर कि यह हैं इस एक भी नहीं था"},
      {"mr", "आणि आहे या च्या मध्ये ते हे की त्यांनी असे होते नाही केली"},
      {"ne", "छ र को मा का ले लाई पनि भएको गरेको हो छन् यो"},
  };
  return lists;
}

}  // namespace newsmill
