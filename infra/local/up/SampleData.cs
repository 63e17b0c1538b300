using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>Generated records of an architecture practice, the same for the same number: names in many scripts, addresses and numbers that differ.</summary>
public static class SampleData
{
    private const int Seed = 20240229;

    private static readonly (string First, string Last)[] People =
    [
        ("Zoë", "Müller-O'Brien"), ("Seán", "Ó Súilleabháin"), ("Łukasz", "Żółkiewski"), ("Anaïs", "Lefèvre"), ("Håkon", "Bjørnstad"), ("Iñaki", "Etxeberría"),
        ("Nguyễn", "Thị Hương"), ("Ünal", "Çağlayan"), ("Jiří", "Dvořák"), ("Beyoncé", "da Conceição"), ("Ζωή", "Παπαδοπούλου"), ("Γιώργος", "Αντωνίου"),
        ("Анна", "Ковалёва"), ("Юрій", "Шевченко"), ("さくら", "小林"), ("健太", "渡辺"), ("娜", "王"), ("伟", "欧阳"), ("민준", "김"), ("서연", "이"),
        ("مريم", "الحسيني"), ("يوسف", "بن علي"), ("נועה", "לוי"), ("अनीता", "शर्मा"), ("สมชาย", "ใจดี"), ("ანა", "ბერიძე"), ("Արամ", "Պետրոսյան"), ("Tāne", "Ngāti"),
        ("Grace", "Okafor"), ("Liam", "Taylor"), ("Mary Anne", "van der Berg"), ("José María", "García y Vega"),
    ];

    private static readonly string[] Trades =
    [
        "Architects", "Structural Engineers", "Landscape", "Holdings Pty Ltd", "& Partner mbB", "Costruzioni S.r.l.", "建築設計事務所", "건축사사무소", "Строительство", "Κατασκευές",
        "للمقاولات", "Byggmästare AB", "Développement SARL", "Council", "University", "Health Trust",
    ];

    private static readonly string[] Works =
    [
        "House", "Library", "Station upgrade", "Schule am Park", "Réhabilitation de l'école", "図書館の改修", "体育馆", "Мост", "Νοσοκομείο", "مكتبة المدينة", "Bücherhalle",
        "Fit-out “Level 4”", "Stage 2 & 3", "Masterplan <draft>", "Car park / ramp", "Row houses – type B",
    ];

    private static readonly string[] Towns = ["Sydney", "Wellington", "München", "Kraków", "東京都", "서울", "Αθήνα", "القاهرة", "São Paulo", "Reykjavík", "Montréal", "תל אביב"];

    private static readonly string[] Positions = ["Architect", "Graduate", "Structural engineer", "Technische Zeichnerin", "プロジェクトマネージャー", "Director", "Geomètre"];

    /// <summary>So many projects, a quarter as many companies, half as many contacts, and staff for them.</summary>
    public static LoadData Create(int projects)
    {
        var random = new Random(Seed);
        var companies = Enumerable.Range(1, Math.Max(1, projects / 4)).Select(number => Company(random, number)).ToList();
        var personnel = Enumerable.Range(1, Math.Max(1, projects / 2)).Select(number => (Person(random, number), random.Next(companies.Count))).ToList();
        var staff = Enumerable.Range(1, Math.Max(3, projects / 40)).Select(number => StaffMember(random, number)).ToList();
        var work = Enumerable.Range(1, projects).Select(number => (Project(random, number), random.Next(companies.Count))).ToList();
        return new LoadData("generated records", staff, companies, personnel, work);
    }

    private static JsonObject Company(Random random, int number) => new()
    {
        ["name"] = $"{Pick(random, People).Last} {Pick(random, Trades)} {number}",
        ["email"] = $"office@c{number}.example",
        ["web"] = $"https://c{number}.example/",
        ["phones"] = new JsonObject { ["phone"] = Phone(random) },
        ["address"] = new JsonObject
        {
            ["address1"] = $"{random.Next(1, 400)} {Pick(random, People).Last} Street",
            ["town"] = Pick(random, Towns),
            ["zipCode"] = random.Next(1000, 99999).ToString(),
        },
    };

    private static JsonObject Person(Random random, int number)
    {
        var (first, last) = Pick(random, People);
        return new JsonObject
        {
            ["firstName"] = first,
            ["lastName"] = last,
            ["email"] = $"person{number}@example.com",
            ["jobTitle"] = Pick(random, Positions),
            ["phones"] = new JsonObject { ["phone"] = Phone(random), ["mobile"] = Phone(random) },
        };
    }

    private static JsonObject StaffMember(Random random, int number)
    {
        var (first, last) = Pick(random, People);
        return new JsonObject
        {
            ["firstName"] = first,
            ["lastName"] = last,
            ["email"] = $"staff{number}@practice.example",
            ["position"] = Pick(random, Positions),
            ["phone"] = Phone(random),
        };
    }

    private static JsonObject Project(Random random, int number)
    {
        var start = new DateOnly(2015, 1, 1).AddDays(random.Next(4000));
        return new JsonObject
        {
            ["number"] = $"{start.Year}-{number:000000}",
            ["name"] = $"{Pick(random, Works)}, {Pick(random, Towns)} ({number})",
            ["scope"] = $"{Pick(random, Works)} for {Pick(random, People).Last}.\nFee by stage; site visits as needed.",
            ["startDate"] = start.ToString("yyyy-MM-dd"),
            ["endDate"] = start.AddDays(random.Next(30, 1500)).ToString("yyyy-MM-dd"),
        };
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    private static string Phone(Random random) => $"+61 {random.Next(2, 9)} 5550 {random.Next(0, 10_000):0000}";
}
