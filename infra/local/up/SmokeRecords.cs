using System.Text.Json.Nodes;

namespace SyncFunctions.Up;

/// <summary>The records of the smoke test, in the vendors' own field names.</summary>
public static class SmokeRecords
{
    public static IReadOnlyList<SmokeRecord> Create()
    {
        var fromSynergy = new SmokeRecord
        {
            Kind = "company",
            Source = Launcher.Synergy,
            SourceKind = "contacts",
            Target = Launcher.TinyPlus,
            TargetKind = "companies",
            Word = "Ziegelwerk",
            Created = new JsonObject
            {
                ["name"] = "Ziegelwerk Süd GmbH",
                ["email"] = "kontakt@ziegelsued.example",
                ["phones"] = new JsonObject { ["phone"] = "+49 89 5550 2000" },
                ["web"] = "https://ziegelsued.example/",
            },
            AfterCreate =
            [
                new("name", "Ziegelwerk Süd GmbH"), new("email_address", "kontakt@ziegelsued.example"), new("phone", "+49 89 5550 2000"), new("website", "https://ziegelsued.example/"),
                new("record_status", "active"),
            ],
            Edited = new JsonObject { ["phones"] = new JsonObject { ["phone"] = "+49 89 5550 2001" } },
            AfterEdit = [new("phone", "+49 89 5550 2001"), new("name", "Ziegelwerk Süd GmbH")],
            AfterArchive = new("record_status", "archived"),
        };
        var fromTinyPlus = new SmokeRecord
        {
            Kind = "company",
            Source = Launcher.TinyPlus,
            SourceKind = "companies",
            Target = Launcher.Synergy,
            TargetKind = "contacts",
            Word = "Kauri",
            Created = new JsonObject
            {
                ["name"] = "Kauri & Rimu Timber Ltd",
                ["email_address"] = "hello@kauri.example",
                ["phone"] = "+64 4 555 0300",
                ["website"] = "https://kauri.example/",
            },
            AfterCreate = [new("name", "Kauri & Rimu Timber Ltd"), new("email", "hello@kauri.example"), new("phones.phone", "+64 4 555 0300"), new("isActive", true)],
            Edited = new JsonObject { ["name"] = "Kauri & Rimu Timber (NZ) Ltd" },
            AfterEdit = [new("name", "Kauri & Rimu Timber (NZ) Ltd"), new("phones.phone", "+64 4 555 0300")],
            AfterArchive = new("isActive", false),
        };
        return
        [
            fromSynergy,
            fromTinyPlus,
            new SmokeRecord
            {
                Kind = "contact",
                Source = Launcher.Synergy,
                SourceKind = "personnel",
                Target = Launcher.TinyPlus,
                TargetKind = "contacts",
                Word = "Grünwald",
                In = ("companyId", fromSynergy),
                Created = new JsonObject { ["firstName"] = "Jürgen", ["lastName"] = "Grünwald", ["email"] = "j.gruenwald@ziegelsued.example", ["jobTitle"] = "Einkauf" },
                AfterCreate = [new("first_name", "Jürgen"), new("last_name", "Grünwald"), new("email_address", "j.gruenwald@ziegelsued.example"), new("title", "Einkauf")],
                Edited = new JsonObject { ["jobTitle"] = "Leitung Einkauf" },
                AfterEdit = [new("title", "Leitung Einkauf"), new("last_name", "Grünwald")],
                AfterArchive = new("record_status", "archived"),
            },
            new SmokeRecord
            {
                Kind = "contact",
                Source = Launcher.TinyPlus,
                SourceKind = "contacts",
                Target = Launcher.Synergy,
                TargetKind = "personnel",
                Word = "Parata",
                In = ("primary_company", fromTinyPlus),
                Created = new JsonObject { ["first_name"] = "Aroha", ["last_name"] = "Parata", ["email_address"] = "aroha@kauri.example", ["title"] = "Sales" },
                AfterCreate = [new("firstName", "Aroha"), new("lastName", "Parata"), new("email", "aroha@kauri.example"), new("jobTitle", "Sales")],
                Edited = new JsonObject { ["email_address"] = "aroha.parata@kauri.example" },
                AfterEdit = [new("email", "aroha.parata@kauri.example"), new("jobTitle", "Sales")],
                AfterArchive = new("isActive", false),
            },
            new SmokeRecord
            {
                Kind = "project",
                Source = Launcher.Synergy,
                SourceKind = "projects",
                Target = Launcher.TinyPlus,
                TargetKind = "projects",
                Word = "Uferpromenade",
                Created = new JsonObject { ["number"] = "SM-1001", ["name"] = "Uferpromenade 12", ["scope"] = "Neubau", ["startDate"] = "2026-03-02" },
                AfterCreate = [new("number", "SM-1001"), new("name", "Uferpromenade 12"), new("description", "Neubau"), new("start_date", "2026-03-02"), new("record_status", "active")],
                Edited = new JsonObject { ["scope"] = "Neubau mit Tiefgarage" },
                AfterEdit = [new("description", "Neubau mit Tiefgarage"), new("name", "Uferpromenade 12")],
                AfterArchive = new("record_status", "archived"),
            },
            new SmokeRecord
            {
                Kind = "project",
                Source = Launcher.TinyPlus,
                SourceKind = "projects",
                Target = Launcher.Synergy,
                TargetKind = "projects",
                Word = "Wharenui",
                Created = new JsonObject { ["number"] = "SM-2001", ["name"] = "Wharenui restoration", ["description"] = "Carved meeting house" },
                AfterCreate = [new("number", "SM-2001"), new("name", "Wharenui restoration"), new("scope", "Carved meeting house"), new("isActive", true)],
                Edited = new JsonObject { ["name"] = "Wharenui restoration, stage 2" },
                AfterEdit = [new("name", "Wharenui restoration, stage 2"), new("scope", "Carved meeting house")],
                AfterArchive = new("isActive", false),
            },
            new SmokeRecord
            {
                Kind = "staff",
                Source = Launcher.Synergy,
                SourceKind = "staff",
                Target = Launcher.TinyPlus,
                TargetKind = "team_members",
                Word = "Castellanos",
                Created = new JsonObject { ["firstName"] = "Inés", ["lastName"] = "Castellanos", ["email"] = "ines@demo.example", ["position"] = "Architect" },
                AfterCreate = [new("first_name", "Inés"), new("last_name", "Castellanos"), new("email_address", "ines@demo.example"), new("title", "Architect"), new("ghost", true)],
                Edited = new JsonObject { ["position"] = "Associate" },
                AfterEdit = [new("title", "Associate"), new("ghost", true)],
                AfterArchive = new("record_status", "archived"),
            },
        ];
    }
}
