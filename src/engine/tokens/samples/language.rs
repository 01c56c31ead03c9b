//! Prose: English, Markdown, and other languages.

pub const ENGLISH: &str = "The harbour had been quiet since the ferry company moved its boats to the new terminal across \
the bay. In the mornings a few fishermen still mended their nets along the wall, and in the afternoons children came to \
throw stones at the rusting hull of a tug that nobody had bothered to tow away. What surprised the visitors most was the \
silence. They had read about the place in old novels, where sailors shouted over the noise of the cranes, and they walked \
up and down the empty quay as if they were looking for someone who had promised to meet them there.

When the council finally decided to sell the warehouses, it asked the people of the town what they wanted to see in their \
place. Most of the answers were modest. Somebody asked for a library that would stay open in the evening, somebody else \
for a workshop with decent tools, and a retired teacher wrote four pages about why the old clock should be repaired before \
anything else was done. The architects who won the competition kept the clock, the walls and the roof, and put everything \
that was new behind them, so that from the water the harbour looks almost the way it did a hundred years ago.
";

pub const MARKDOWN: &str = "# Backup rotation

Keeps the last **7 daily**, **4 weekly** and **12 monthly** snapshots of a directory. Older ones are removed after the new
snapshot has been verified, never before.

## Usage

```sh
rotate --source /srv/data --target backup@nas:/volume1/snapshots --verify
```

| Option | Default | Meaning |
| --- | --- | --- |
| `--source` | required | directory to copy |
| `--target` | required | where snapshots are kept, local or `user@host:path` |
| `--verify` | off | compare checksums after the copy |
| `--dry-run` | off | print what would be removed |

## How it works

1. A new snapshot is made with hard links to the previous one, so that unchanged files cost nothing.
2. With `--verify`, every file is read back. See [Verification](docs/verification.md) for what is compared.
3. Snapshots that no rule keeps are removed, oldest first.

> **Note:** the target must be on a file system with hard links. FAT and most network shares of type SMB are not.

### Exit codes

- `0`: everything is in place
- `1`: the copy failed, *nothing* was removed
- `2`: some snapshots could not be removed; they are listed on stderr
";

pub const GERMAN: &str = "Die Prüfung der Brücke begann früh am Morgen, noch bevor der Berufsverkehr einsetzte. Zwei \
Ingenieurinnen öffneten die Wartungsklappe am südlichen Pfeiler und stiegen über eine schmale Leiter in den Hohlkasten \
hinab. Dort unten war es kühl und überraschend trocken. Sie maßen die Breite der Risse, verglichen die Werte mit denen des \
Vorjahres und schrieben alles in ein Heft, das schon ihre Vorgänger geführt hatten. Größere Schäden fanden sie nicht, aber \
an mehreren Stellen löste sich die Beschichtung. Für den kommenden Frühling empfahlen sie deshalb, die Fugen zu erneuern \
und die Geländer zu streichen, bevor die Feuchtigkeit weiter vordringen könne.
";

pub const FRENCH: &str = "Le marché s'installait chaque samedi sur la place de l'église, bien avant le lever du soleil. Les \
maraîchers déchargeaient leurs cageots en parlant à voix basse, puis ils tendaient des bâches entre les platanes pour se \
protéger de la pluie. Vers huit heures, les premières clientes arrivaient avec leurs paniers et goûtaient les fromages sans \
se presser. On y échangeait des nouvelles autant que des légumes : qui avait vendu sa maison, quel enfant était parti \
étudier à l'étranger, pourquoi la boulangerie restait fermée. À midi, il ne restait que quelques feuilles de salade sur les \
pavés, et le café d'en face débordait jusqu'à la fontaine.
";

pub const POLISH: &str = "Stara drukarnia mieściła się w piwnicy przy ulicy Długiej. Przez małe okienko pod sufitem widać \
było tylko buty przechodniów, ale właściciel twierdził, że dzięki temu nic go nie rozprasza. Codziennie układał czcionki w \
równe rzędy, sprawdzał każdą literę pod światło i dopiero wtedy uruchamiał maszynę. Zamówień nie miał wielu: zaproszenia na \
śluby, wizytówki, czasem tomik wierszy w niewielkim nakładzie. Mimo to nie chciał słyszeć o sprzedaży, bo uważał, że książka \
złożona ręcznie żyje dłużej niż ta, którą wydrukował komputer.
";

pub const RUSSIAN: &str = "Обсерватория стоит на вершине холма, в двадцати километрах от ближайшего города. Зимой дорогу \
часто заносит снегом, и сотрудники остаются наверху на несколько дней. Они привыкли к этому: в кладовой всегда есть запас \
еды, а в библиотеке можно найти книги на любой вкус. Ночью, когда небо становится ясным, купол медленно открывается, и \
телескоп начинает поворачиваться вслед за звёздами. Каждое наблюдение записывают в журнал, указывая время, температуру \
воздуха и имя того, кто дежурил. Самая старая запись сделана больше ста лет назад.
";

pub const GREEK: &str = "Το καράβι έφτασε στο νησί αργά το βράδυ, όταν οι περισσότεροι κάτοικοι είχαν ήδη κοιμηθεί. Στο λιμάνι \
περίμεναν μόνο δύο άνθρωποι με ένα παλιό φορτηγό, έτοιμοι να μεταφέρουν τα κιβώτια στο σχολείο. Μέσα υπήρχαν βιβλία, χάρτες \
και ένα μικρό τηλεσκόπιο που είχε χαρίσει κάποιος που έφυγε από το νησί πριν από πολλά χρόνια.
";

pub const CHINESE: &str = "图书馆的新馆在去年秋天对外开放。设计师保留了旧厂房的砖墙和钢梁，在中间加了一个玻璃屋顶，白天几乎不需要\
开灯。一楼是儿童阅览室，孩子们可以坐在地毯上看书；二楼放着历史和科学方面的书籍，靠窗的位置总是最先坐满。管理员说，开馆以后每天\
大约有两千人来访，其中很多是住在附近的老人。他们早上来看报纸，下午参加电脑课程，晚上再带着孙子孙女来借书。为了让更多人方便使用，\
图书馆计划明年把开放时间延长到晚上十点，并且增加周末的讲座。
";

pub const JAPANESE: &str = "駅前の小さな時計店は、祖父の代から続いている。店主は毎朝七時に店を開け、壁に並んだ時計のねじを一つずつ\
巻いていく。最近は電池式の時計が多くなったが、古い機械式の時計を修理してほしいという客も少なくない。部品が手に入らないときは、自分で\
削って作ることもある。時間はかかるが、止まっていた針が再び動き始める瞬間が何よりうれしいと彼は言う。店の奥には、持ち主が取りに来な\
かった時計が三十個ほど置いてあり、今でも毎日正確に時を刻んでいる。
";

pub const KOREAN: &str = "마을 입구에 있는 작은 서점은 저녁 여덟 시가 되면 문을 닫는다. 주인은 젊었을 때 선생님이었고, 퇴직한 뒤에 \
이 가게를 열었다. 책장에는 새 책보다 헌책이 더 많고, 어떤 책에는 예전 주인이 남긴 메모가 그대로 남아 있다. 손님들은 차를 마시면서 \
천천히 책을 고르고, 마음에 드는 문장을 발견하면 서로에게 읽어 준다. 비가 오는 날에는 아이들이 학교에서 돌아오는 길에 들러 만화책을 \
보기도 한다. 주인은 아무 말도 하지 않고 창가의 자리를 조금 넓혀 줄 뿐이다.
";

pub const ARABIC: &str =
    "يقع المتحف في وسط المدينة القديمة بالقرب من السوق الكبير. يأتي إليه الزوار من كل مكان لمشاهدة \
الخرائط والمخطوطات التي جمعها التجار خلال رحلاتهم الطويلة. في الطابق الأول توجد قاعة واسعة للأطفال حيث يتعلمون الرسم \
والكتابة بالخط العربي، وفي الطابق الثاني مكتبة صغيرة مفتوحة للجميع حتى المساء.
";

pub const EMOJI: &str = "## 🚀 Release checklist

- ✅ Changelog written and reviewed 📝
- ✅ All tests green on Linux, macOS and Windows 🧪
- ❌ Signing key renewed (expires on Friday!) 🔑
- ⚠️ Two flaky tests muted → see the issue 🐛
- 🎉 Announcement drafted, waiting for approval 👍

Thanks to everyone who helped with this one 🙏 — the “small” refactoring touched 214 files… but it’s done 😀
";
