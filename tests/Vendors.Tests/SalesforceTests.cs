using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace SyncFunctions.Vendors.Tests;

/// <summary>What a reader of Salesforce's documents would try.</summary>
public sealed class SalesforceTests
{
    private const string Data = "/salesforce/services/data/v67.0/";

    [Theory]
    [InlineData("SELECT Id, LastName FROM Contact WHERE LastName = 'byron'", 1)]
    [InlineData("SELECT LastName FROM Contact WHERE (Email LIKE '%@example.org' AND HasOptedOutOfEmail = FALSE) OR MailingCity = 'Sevilla'", 10)]
    [InlineData("select LastName from Contact where NOT (Region__c = 'North' OR Region__c = 'South') AND Phone != null order by LastName desc limit 2", 2)]
    [InlineData("SELECT Id FROM Contact WHERE LastName IN ('Hopper', 'Müller-O\\'Brien')", 2)]
    [InlineData("SELECT Id FROM Contact WHERE Mailchimp_Tags__c INCLUDES ('Donor;Newsletter', 'Board')", 2)]
    [InlineData("SELECT Id FROM Contact WHERE Seats__c >= 2 AND Member_Since__c < 2020-01-01", 1)]
    [InlineData("SELECT Id FROM Opportunity WHERE Amount > 100 ORDER BY Amount DESC NULLS LAST, Id", 2)]
    [InlineData("SELECT COUNT() FROM Contact WHERE SystemModstamp > 2020-01-01T00:00:00Z", 12)]
    public async Task Query_IsAnswered(string soql, int rows)
    {
        await using var vendors = await Vendors.StartAsync(seed: true);
        var answer = await QueryAsync(vendors, soql);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        answer["totalSize"].GetInt32().ShouldBe(rows);
    }

    [Fact]
    public async Task Query_ThatIsWrong_SaysHow()
    {
        await using var vendors = await Vendors.StartAsync();
        foreach (var (soql, code) in new[]
        {
            ("SELECT Nope__c FROM Contact", "INVALID_FIELD"), ("SELECT Id FROM Nothing", "INVALID_TYPE"), ("SELECT Id Contact", "MALFORMED_QUERY"), ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY"),
            ("SELECT Id FROM Contact WHERE SystemModstamp > '2020-01-01T00:00:00Z'", "INVALID_FIELD"), ("SELECT Id FROM Contact WHERE LastName = Byron", "INVALID_FIELD"),
            ("SELECT Id FROM Contact WHERE LastName = 'O'Brien'", "MALFORMED_QUERY"), ("SELECT Id FROM Contact WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
        })
            CodeOf(await QueryAsync(vendors, soql)).ShouldBe(code, soql);
    }

    [Fact]
    public async Task Rows_ComeInPages_AndDeletedOnesToWhoAsks()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.Sim("PUT", "salesforce", "settings", new { defaultPageSize = 2 });
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add((await CallAsync(vendors, "POST", "sobjects/Contact", new { LastName = $"Row {i}", Email = $"row{i}@example.org" }))["id"].GetString()!);
        var seen = new List<string>();
        for (var page = await QueryAsync(vendors, "SELECT Id FROM Contact ORDER BY Id"); ; page = await vendors.Send("GET", "/salesforce" + page["nextRecordsUrl"].GetString(), null, Bearer()))
        {
            seen.AddRange(page["records"].EnumerateArray().Select(row => row.GetProperty("Id").GetString()!));
            page["totalSize"].GetInt32().ShouldBe(5);
            if (page["done"].GetBoolean())
                break;
        }

        seen.ShouldBe(ids.Order(StringComparer.Ordinal));
        (await CallAsync(vendors, "DELETE", $"sobjects/Contact/{ids[0]}")).Status.ShouldBe(HttpStatusCode.NoContent);
        CodeOf(await CallAsync(vendors, "DELETE", $"sobjects/Contact/{ids[0]}")).ShouldBe("ENTITY_IS_DELETED");
        (await vendors.Sim("POST", "salesforce", "merge", new { master = ids[1], loser = ids[2] })).Status.ShouldBe(HttpStatusCode.OK);
        (await QueryAsync(vendors, "SELECT COUNT() FROM Contact"))["totalSize"].GetInt32().ShouldBe(3);
        var gone = (await QueryAsync(vendors, "SELECT Id, Email, MasterRecordId FROM Contact WHERE IsDeleted = true ORDER BY LastName", all: true))["records"].EnumerateArray().ToArray();
        gone.Select(row => (row.GetProperty("Id").GetString(), row.GetProperty("Email").GetString(), row.GetProperty("MasterRecordId").GetString()))
            .ShouldBe([(ids[0], "row0@example.org", null), (ids[2], "row2@example.org", ids[1])]);
    }

    [Fact]
    public async Task Collections_GoThroughWithRefusalsInside()
    {
        await using var vendors = await Vendors.StartAsync();
        object Contact(string name) => new { attributes = new { type = "Contact" }, LastName = name };
        var made = await CallAsync(vendors, "POST", "composite/sobjects", new { allOrNone = false, records = new[] { Contact("One"), Contact(""), Contact(new string('x', 81)) } });
        made.Status.ShouldBe(HttpStatusCode.OK);
        made.Json.EnumerateArray().Select(row => row.GetProperty("success").GetBoolean()).ShouldBe([true, false, false]);
        made.Json.EnumerateArray().Skip(1).Select(row => row.GetProperty("errors")[0].GetProperty("statusCode").GetString()).ShouldBe(["REQUIRED_FIELD_MISSING", "STRING_TOO_LONG"]);
        (await CallAsync(vendors, "POST", "composite/sobjects", new { records = Enumerable.Repeat(Contact("x"), 201) })).Status.ShouldBe(HttpStatusCode.BadRequest);
        var id = made.Json[0].GetProperty("id").GetString();
        var read = await CallAsync(vendors, "POST", "composite/sobjects/Contact", new { ids = new[] { id, "003000000000000AAA" }, fields = new[] { "LastName" } });
        (read.Json[0].GetProperty("LastName").GetString(), read.Json[1].ValueKind).ShouldBe(("One", JsonValueKind.Null));
        var deleted = await CallAsync(vendors, "DELETE", $"composite/sobjects?ids={id},{id}");
        deleted.Json.EnumerateArray().Select(row => row.GetProperty("success").GetBoolean()).ShouldBe([true, false]);
    }

    [Fact]
    public async Task Upsert_Creates_Updates_AndRefusesSeveral()
    {
        await using var vendors = await Vendors.StartAsync();
        var gift = new { Name = "Gift", StageName = "Pledged", CloseDate = "2026-01-02" };
        const string Path = "sobjects/Opportunity/Gift_External_Id__c/x-1";
        (await CallAsync(vendors, "PATCH", $"{Path}?updateOnly=true", gift)).Status.ShouldBe(HttpStatusCode.NotFound);
        var first = await CallAsync(vendors, "PATCH", Path, gift);
        (first.Status, first["created"].GetBoolean()).ShouldBe((HttpStatusCode.Created, true));
        var second = await CallAsync(vendors, "PATCH", Path, gift);
        (second.Status, second["created"].GetBoolean(), second["id"].GetString()).ShouldBe((HttpStatusCode.OK, false, first["id"].GetString()));
        CodeOf(await CallAsync(vendors, "PATCH", Path, new { Gift_External_Id__c = "x-1" })).ShouldBe("INVALID_FIELD");
        await vendors.Sim("POST", "salesforce", "kinds/Opportunity", new { Name = "Other", StageName = "Pledged", CloseDate = "2026-01-02", Gift_External_Id__c = "X-1" });
        var several = await CallAsync(vendors, "PATCH", Path, gift);
        ((int)several.Status, several.Json.GetArrayLength()).ShouldBe((300, 2));
    }

    [Fact]
    public async Task Writes_OfWhatIsNotThere_OrNotToBeWritten_AreRefused()
    {
        await using var vendors = await Vendors.StartAsync();
        var id = (await CallAsync(vendors, "POST", "sobjects/Contact", new { LastName = "Byron" }))["id"].GetString();
        CodeOf(await CallAsync(vendors, "PATCH", $"sobjects/Contact/{id}", new { Nope = 1 })).ShouldBe("INVALID_FIELD");
        CodeOf(await CallAsync(vendors, "PATCH", $"sobjects/Contact/{id}", new { CreatedDate = "2020-01-01" })).ShouldBe("INVALID_FIELD_FOR_INSERT_UPDATE");
        CodeOf(await CallAsync(vendors, "PATCH", $"sobjects/Contact/{id}", new { Email = "nobody" })).ShouldBe("INVALID_EMAIL_ADDRESS");
        CodeOf(await CallAsync(vendors, "PATCH", "sobjects/Contact/003000000000000AAA", new { Email = "" })).ShouldBe("NOT_FOUND");
        (await vendors.Send("PATCH", $"{Data}sobjects/Contact/{id}", new { Title = "x" }, [Bearer(), ("If-Unmodified-Since", "Mon, 01 Jan 2024 00:00:00 GMT")])).Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await CallAsync(vendors, "PATCH", $"sobjects/Contact/{id![..15]}", new { Title = "x" })).Status.ShouldBe(HttpStatusCode.NoContent);
        var limits = await CallAsync(vendors, "GET", "limits");
        limits.Headers["Sforce-Limit-Info"].ShouldBe("api-usage=8/100000");
        limits["DailyApiRequests"].GetProperty("Remaining").GetInt32().ShouldBe(99_992);
        (await vendors.Send("GET", "/salesforce/services/data/v12.0/limits", null, Bearer())).Status.ShouldBe(HttpStatusCode.NotFound);
        CodeOf(await vendors.Send("GET", $"{Data}limits", null, ("Authorization", "Bearer no"))).ShouldBe("INVALID_SESSION_ID");
    }

    [Fact]
    public async Task SignIn_WithPkce_LeadsToTheOrg()
    {
        await using var vendors = await Vendors.StartAsync();
        const string Back = "http://localhost/callback";
        const string Verifier = "a-verifier-of-at-least-forty-three-characters";
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));
        var page = $"/salesforce/services/oauth2/authorize?response_type=code&client_id=sync-functions&redirect_uri={Uri.EscapeDataString(Back)}&state=a%26b&code_challenge={challenge}&code_challenge_method=S256";
        (await vendors.Send("GET", page)).Text.ShouldContain("Approve");
        async Task<string> CodeAsync()
        {
            using var form = new FormUrlEncodedContent([KeyValuePair.Create("user", "admin")]);
            return QueryHelpers.ParseQuery(new Uri((await vendors.Send("POST", page, form)).Location!).Query)["code"].ToString();
        }

        Task<Answer> TokenAsync(string code, string verifier) => vendors.Send("POST", "/salesforce/services/oauth2/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["client_id"] = "sync-functions", ["client_secret"] = "sync-functions-secret", ["redirect_uri"] = Back, ["code"] = code, ["code_verifier"] = verifier,
        }));
        (await TokenAsync(await CodeAsync(), "another"))["error"].GetString().ShouldBe("invalid_grant");
        var code = await CodeAsync();
        var tokens = await TokenAsync(code, Verifier);
        tokens["instance_url"].GetString().ShouldEndWith("/salesforce");
        tokens.Json.TryGetProperty("expires_in", out _).ShouldBeFalse();
        (await TokenAsync(code, Verifier))["error"].GetString().ShouldBe("invalid_grant");
        var who = await vendors.Send("GET", "/salesforce/services/oauth2/userinfo", null, ("Authorization", $"Bearer {tokens["access_token"].GetString()}"));
        who["organization_id"].GetString().ShouldBe("00D00000000demoEAA");
        (await vendors.Send("GET", "/salesforce/services/oauth2/userinfo")).Text.ShouldBe("Bad_OAuth_Token");
    }

    private static Task<Answer> QueryAsync(Vendors vendors, string soql, bool all = false) => CallAsync(vendors, "GET", $"{(all ? "queryAll" : "query")}?q={Uri.EscapeDataString(soql)}");

    private static Task<Answer> CallAsync(Vendors vendors, string method, string path, object? body = null) => vendors.Send(method, Data + path, body, Bearer());

    private static (string, string) Bearer() => ("Authorization", "Bearer salesforce-static-token");

    private static string CodeOf(Answer answer) => answer.Json[0].GetProperty("errorCode").GetString()!;
}
