using System.Text;
using SyncFunctions.Connectors.Mailchimp;
using SyncFunctions.Engine;
using SyncFunctions.Vendors.Tests;

namespace SyncFunctions.Connectors.Tests;

/// <summary>What Mailchimp does beyond the others, seen through the connector.</summary>
[Trait("Category", "Contract")]
public sealed class MailchimpContractTests
{
    private const string Members = "members";

    [Fact]
    public async Task Members_OfOneAddressMadeAtTheSameTime_AreOneAndNotWrittenOver()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        Task<VendorResult<Record>> Make(string name) => vendor.Connector.CreateAsync(
            vendor.Scope, Members, FieldSet.Of(("email_address", Text("pair@example.org")), ("status", Text("subscribed")), ("merge_fields.FNAME", Text(name))), default);

        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Make($"Pat {number}")));

        made.Count(result => result.Failure is { Kind: FailureKind.Conflict }).ShouldBe(5);
        (await GetAsync(vendor, "pair@example.org")).Success().Fields["merge_fields.FNAME"].ShouldBe(made.Single(result => result.Failure is null).Value!.Fields["merge_fields.FNAME"]);
    }

    [Fact]
    public async Task Member_HasAnIdThatStays_AndIsFoundByHashAndAddress()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var made = await CreateAsync(vendor, ("email_address", Text("Pat.O'Hara+News@Example.ORG")), ("status", Text("subscribed")), ("merge_fields.FNAME", Text("Pat")), ("tags", new FieldValue.Set("Donor", "Board")),
            ("merge_fields.ADDRESS.addr1", Text("1 Harbour Road")), ("merge_fields.ADDRESS.city", Text("Bristol")), ("vip", FieldValue.Of(true)));
        made.Fields.ShouldSatisfyAllConditions(
            all => all["tags"].ShouldBe(new FieldValue.Set("Board", "Donor")),
            all => all["status"].ShouldBe(Text("subscribed")),
            all => all["archived"].ShouldBe(FieldValue.Of(false)),
            all => all["merge_fields.ADDRESS.city"].ShouldBe(Text("Bristol")),
            all => all["merge_fields.ADDRESS.zip"].ShouldBe(Text("")),
            all => all["full_name"].ShouldBe(Text("Pat")),
            all => all["vip"].ShouldBe(FieldValue.Of(true)));
        made.Label.ShouldBe("Pat");
        foreach (var name in new[] { made.Id, "96d53f919f8abb1fd3934586b78f71c0", "pat.o'hara+news@example.org" })
            (await GetAsync(vendor, name)).Success().ShouldBe(made, name);
        (await FindAsync(vendor, "PAT.O'hara+news@example.org")).ShouldHaveSingleItem().ShouldBe(made);
        (await FindAsync(vendor, "nobody@example.org")).ShouldBeEmpty();

        var moved = (await UpdateAsync(vendor, made.Id, ("email_address", Text("pat@example.org")), ("merge_fields.ADDRESS.zip", Text("BS1")))).Success();
        moved.Id.ShouldBe(made.Id);
        moved.Fields["merge_fields.ADDRESS.addr1"].ShouldBe(Text("1 Harbour Road"), "the parts that were not written stay");
        (await GetAsync(vendor, "9b0a384cb2944dcb57651de285a46935")).Success().Id.ShouldBe(made.Id);

        var cleared = (await UpdateAsync(vendor, made.Id, [.. MailchimpCatalog.AddressParts.Select(part => ($"merge_fields.ADDRESS.{part}", FieldValue.None)), ("tags", new FieldValue.Set("Donor", "Newsletter"))])).Success();
        cleared.Fields["merge_fields.ADDRESS.city"].ShouldBe(Text(""));
        cleared.Fields["tags"].ShouldBe(new FieldValue.Set("Donor", "Newsletter"));
    }

    [Fact]
    public async Task Address_OfAnotherMember_IsAConflict_AndACreateLeavesThatMemberAlone()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var pat = await CreateAsync(vendor, ("email_address", Text("pat@example.org")), ("merge_fields.FNAME", Text("Pat")));
        pat.Fields["status"].ShouldBe(Text("transactional"), "of whose consent nothing is known");
        var zoe = await CreateAsync(vendor, ("email_address", Text("zoë@example.org")));
        (await UpdateAsync(vendor, zoe.Id, ("email_address", Text("PAT@example.org")))).Failed(FailureKind.Conflict);
        (await vendor.Connector.CreateAsync(vendor.Scope, Members, FieldSet.Of(("email_address", Text("pat@example.org")), ("merge_fields.FNAME", Text("Other"))), default)).Failed(FailureKind.Conflict);
        (await GetAsync(vendor, pat.Id)).Success().ShouldBe(pat);
    }

    [Fact]
    public async Task Search_ByAMergeField_ReadsTheAudienceOnceForMany_AndBelievesTheMember()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        await vendor.AddAsync("mergeFields", new { tag = "CONSID", name = "Constituent", type = "text" });
        var ids = await vendor.AddManyAsync(Members, 3, number => new { email_address = $"m{number}@example.org", CONSID = $"A{number % 2}", archived = number == 2 });
        (await FindAsync(vendor, "merge_fields.CONSID", "a0")).Select(member => member.Id).ShouldBe([ids[0], ids[2]], ignoreOrder: true);
        vendor.Calls.Clear();
        (await FindAsync(vendor, "merge_fields.CONSID", "A1")).ShouldHaveSingleItem().Id.ShouldBe(ids[1]);
        (await FindAsync(vendor, "merge_fields.CONSID", "A7")).ShouldBeEmpty();
        vendor.Calls.ShouldHaveSingleItem();
        await vendor.EditAsync(Members, ids[1], new { CONSID = "A9" });
        (await FindAsync(vendor, "merge_fields.CONSID", "A1")).ShouldBeEmpty();
        (await vendor.Connector.ListAsync(vendor.Scope, Members, new ListRequest(Where: FieldSet.Of(("nosuch", Text("x")))), default)).Failed(FailureKind.Permanent);
    }

    [Fact]
    public async Task Tags_MoreThanAreShown_AreReadWhole_OrNotToldOf()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var id = await vendor.AddAsync(Members, new { email_address = "pat@example.org", tags = Enumerable.Range(10, 60).Select(number => $"Tag {number}") });
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, Members, new ListRequest())).ShouldHaveSingleItem().Fields.Find("tags").ShouldBeNull();
        var all = (await GetAsync(vendor, id)).Success().Fields["tags"].AsSet();
        all.Items.Count.ShouldBe(60);
        var fewer = all.Without(new FieldValue.Set("Tag 69")).With(new FieldValue.Set("New"));
        (await UpdateAsync(vendor, id, ("tags", fewer), ("merge_fields.FNAME", Text("Pat")))).Success().Fields["tags"].ShouldBe(fewer);
        var shown = (await Lists.AllAsync(vendor.Connector, vendor.Scope, Members, new ListRequest())).Single();
        var fewest = fewer.Without(new FieldValue.Set("Tag 68"));
        (await Bulk(vendor).UpdateManyAsync(vendor.Scope, Members, [new BulkUpdate(id, FieldSet.Of(("tags", fewest)), shown)], default)).Single().Success().Fields["tags"].ShouldBe(fewest);
    }

    /// <summary>Every status that a member may have, and every one that a write may ask for.</summary>
    [Fact]
    public async Task Consent_WhateverIsAsked_IsGivenBackByNobodyButThePerson()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        string[] statuses = ["subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived", "anything"];
        var number = 0;
        foreach (var from in statuses[..^1])
        {
            foreach (var asked in statuses)
            {
                foreach (var archived in new bool?[] { null, true, false })
                {
                    var id = await vendor.AddAsync(Members, from == "archived"
                        ? new { email_address = $"m{++number}@example.org", status = "unsubscribed", archived = true }
                        : new { email_address = $"m{++number}@example.org", status = from, archived = false });
                    var fields = FieldSet.Of(("status", Text(asked)), ("merge_fields.FNAME", Text("New")));
                    var answer = await vendor.Connector.UpdateAsync(vendor.Scope, Members, id, archived is { } flag ? fields.With("archived", FieldValue.Of(flag)) : fields, default);
                    var row = (await vendor.RowsAsync(Members)).First(row => row.GetProperty("id").GetString() == id);
                    var now = row.GetProperty("status").GetString()!;
                    var what = $"{from} -> {asked}, archived: {archived}: {now}";
                    if (from is "unsubscribed" or "cleaned" or "archived")
                        now.ShouldBeOneOf(["unsubscribed", from == "archived" ? "unsubscribed" : from], what);
                    if (asked == "unsubscribed")
                        now.ShouldBe("unsubscribed", what);
                    if (from is "subscribed" or "pending" or "transactional" && asked is not ("archived" or "anything"))
                        now.ShouldBe(asked, what);
                    if (asked != "anything" || from is "unsubscribed" or "cleaned" or "archived")
                        answer.Success().Fields["merge_fields.FNAME"].ShouldBe(Text("New"), what);
                    row.GetProperty("archived").GetBoolean().ShouldBe(answer.Failure is null ? archived ?? (asked == "archived" || from == "archived") : from == "archived", what);
                }
            }
        }
    }

    [Theory]
    [InlineData("unsubscribed", false)]
    [InlineData("cleaned", false)]
    [InlineData("subscribed", true)]
    public async Task Consent_AloneAndRefused_SaysWhy(string from, bool archived)
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var id = await vendor.AddAsync(Members, new { email_address = "pat@example.org", status = from, archived });
        vendor.Calls.Clear();
        (await UpdateAsync(vendor, id, ("status", Text("subscribed")))).Failed(FailureKind.Permanent).Message.ShouldContain("by the person");
        vendor.Calls.ShouldHaveSingleItem().Method.ShouldBe("GET");
        (await vendor.Connector.CreateAsync(vendor.Scope, Members, FieldSet.Of(("email_address", Text("pat@example.org")), ("status", Text("subscribed"))), default)).Failed(FailureKind.Conflict);
        (await vendor.RowsAsync(Members)).ShouldHaveSingleItem().GetProperty("status").GetString().ShouldBe(from);
    }

    [Theory]
    [InlineData("subscribed", "subscribed")]
    [InlineData("pending", "pending")]
    [InlineData("transactional", "transactional")]
    [InlineData("unsubscribed", "unsubscribed")]
    [InlineData("cleaned", "unsubscribed")]
    public async Task Archived_AndBroughtBack_HasTheConsentThatItHad(string status, string after)
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var id = await vendor.AddAsync(Members, new { email_address = "pat@example.org", status });
        (await UpdateAsync(vendor, id, ("archived", FieldValue.Of(true)))).Success().Fields.ShouldSatisfyAllConditions(
            fields => fields["status"].ShouldBe(Text("archived")), fields => fields["archived"].ShouldBe(FieldValue.Of(true)));
        (await UpdateAsync(vendor, id, ("archived", FieldValue.Of(false)))).Success().Fields["status"].ShouldBe(Text(after));

        // Somebody else archived it: what was noted before says nothing of that.
        (await vendor.Connector.DeleteAsync(vendor.Scope, Members, id, default)).Success().ShouldBeTrue();
        (await vendor.Connector.DeleteAsync(vendor.Scope, Members, id, default)).Success().ShouldBeFalse();
        for (var second = 0; second < 180; second++)
            vendor.Clock.Step();
        await vendor.EditAsync(Members, id, new { archived = false, status = "unsubscribed" });
        await vendor.EditAsync(Members, id, new { archived = true });
        (await UpdateAsync(vendor, id, ("archived", FieldValue.Of(false)), ("status", Text("subscribed")))).Success().Fields["status"].ShouldBe(Text("unsubscribed"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Walk_WithManyInOneSecond_HasThemAll_AndTheArchivedOnes(bool sinceIsExclusive)
    {
        await using var vendor = await Simulated.StartAsync("mailchimp", null, ("pageSize", "20"));
        await vendor.SwitchAsync("sinceIsExclusive", sinceIsExclusive);
        for (var second = 0; second < 3; second++)
        {
            vendor.Clock.Step();
            await vendor.AddBulkAsync(Members, Enumerable.Range(0, 65).Select(number => new { email_address = $"m{second}.{number}@example.org", archived = number % 5 == 0, last_changed = (string?)null }));
        }

        vendor.Calls.Clear();
        var all = await Lists.AllAsync(vendor.Connector, vendor.Scope, Members, new ListRequest());
        all.Select(member => member.Id).Distinct().Count().ShouldBe(195);
        all.Count(member => member.Fields["archived"] == FieldValue.Of(true)).ShouldBe(39);
        vendor.Calls.Count.ShouldBeLessThanOrEqualTo(13, "195 of 20 are ten pages");
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, Members, new ListRequest(vendor.Clock.GetUtcNow()))).Select(member => member.Id).Distinct().Count().ShouldBeInRange(65, 130);
    }

    [Fact]
    public async Task Walk_WithFewInOneSecond_BeginsAnewFromTheTimeThatItHasReached()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp", null, ("pageSize", "20"));
        await vendor.AddManyAsync(Members, 70, number => new { email_address = $"m{number}@example.org" });
        var all = await Lists.AllAsync(vendor.Connector, vendor.Scope, Members, new ListRequest());
        all.Select(member => member.Id).Distinct().Count().ShouldBe(70);
        all.Count.ShouldBeGreaterThan(70, "the seconds in which a page ended are read twice");
        vendor.Calls.Count.ShouldBeLessThanOrEqualTo(4 + 1 + 1);
    }

    [Fact]
    public async Task MergeField_ThatIsMissing_IsMadeOnce_AlsoBySeveralAtOnce()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var ids = await vendor.AddManyAsync(Members, 4, number => new { email_address = $"m{number}@example.org" });
        var written = await Task.WhenAll(ids.Select(id => UpdateAsync(vendor, id, ("merge_fields.CONSID", Text("42")), ("merge_fields.LEVEL", FieldValue.Of(2m)))));
        foreach (var member in written.Select(one => one.Success()))
            (member.Fields["merge_fields.CONSID"], member.Fields["merge_fields.LEVEL"]).ShouldBe((Text("42"), FieldValue.Of(2m)));
        (await vendor.RowsAsync("mergeFields")).Where(field => field.GetProperty("tag").GetString() is "CONSID" or "LEVEL").Select(field => field.GetProperty("type").GetString()).Order().ShouldBe(["number", "text"]);

        vendor.Calls.Clear();
        (await UpdateAsync(vendor, ids[0], ("merge_fields.CONSID", Text(new string('x', 300))))).Success().Fields["merge_fields.CONSID"].ToString()!.Length.ShouldBe(255);
        vendor.Calls.ShouldHaveSingleItem("what is known is not asked for again");

        vendor.Scope = TestConnection.ScopeOf([.. vendor.Scope.Settings.Select(setting => (setting.Key, setting.Value)), ("createMergeFields", "false")]);
        (await UpdateAsync(vendor, ids[0], ("merge_fields.OTHER", Text("x")))).Failed(FailureKind.Permanent).Message.ShouldContain("OTHER");
    }

    [Fact]
    public async Task Bulk_Creates_InAsFewCallsAsThereAreFiveHundreds()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var many = Enumerable.Range(0, 1200)
            .Select(number => FieldSet.Of(("email_address", Text($"Row{number}@example.org")), ("status", Text(number % 3 == 0 ? "unsubscribed" : "subscribed")), ("merge_fields.CONSID", Text($"{number}")), ("tags", new FieldValue.Set("Donor"))));
        var made = new List<VendorResult<Record>>();
        foreach (var chunk in many.Chunk(Bulk(vendor).MostAtOnce(Members)))
            made.AddRange(await Bulk(vendor).CreateManyAsync(vendor.Scope, Members, chunk, default));
        for (var number = 0; number < made.Count; number++)
        {
            var member = made[number].Success();
            (member.Fields["merge_fields.CONSID"], member.Fields["status"]).ShouldBe((Text($"{number}"), Text(number % 3 == 0 ? "unsubscribed" : "subscribed")));
            member.Fields["tags"].ShouldBe(new FieldValue.Set("Donor"));
        }

        vendor.Calls.Count(call => call.Method == "POST" && call.Path.EndsWith("/a6b5d003e9", StringComparison.Ordinal)).ShouldBe(3);
        vendor.Calls.Count.ShouldBe(3 + 1 + 2, "and once who is archived, what merge fields there are, and a new one");
        vendor.Clock.Step();
        vendor.Time.Advance(TimeSpan.FromHours(2));
        await Lists.AllAsync(vendor.Connector, vendor.Scope, Members, new ListRequest());
        vendor.Calls.Clear();
        (await Bulk(vendor).CreateManyAsync(vendor.Scope, Members, [FieldSet.Of(("email_address", Text("one@example.org")), ("merge_fields.CONSID", Text("x")))], default)).ShouldHaveSingleItem().Success();
        vendor.Calls.ShouldHaveSingleItem("who has just read the list knows all that");

        vendor.Calls.Clear();
        var updates = made.Take(500).Select(one => new BulkUpdate(one.Value!.Id, FieldSet.Of(("merge_fields.FNAME", Text("Ada")), ("status", one.Value.Fields["status"]), ("tags", new FieldValue.Set("Donor", "Board"))), one.Value));
        foreach (var one in await Bulk(vendor).UpdateManyAsync(vendor.Scope, Members, [.. updates], default))
            (one.Success().Fields["merge_fields.FNAME"], one.Value!.Fields["tags"]).ShouldBe((Text("Ada"), new FieldValue.Set("Board", "Donor")));
        vendor.Calls.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Bulk_WithMembersThatAreThere_LeavesThemAlone_AndMakesTheOthers()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        await vendor.AddAsync(Members, new { email_address = "unsubscribed@example.org", status = "unsubscribed" });
        await Lists.AllAsync(vendor.Connector, vendor.Scope, Members, new ListRequest(vendor.Clock.GetUtcNow().AddHours(1)));
        await vendor.AddAsync(Members, new { email_address = "archived@example.org", status = "unsubscribed", archived = true });
        var asked = new[] { "new@example.org", "Unsubscribed@example.org", "archived@example.org", "x@invalid.example", "NEW@example.org", "" }
            .Select(email => FieldSet.Of(("email_address", Text(email)), ("status", Text("subscribed")), ("merge_fields.FNAME", Text("New")))).ToArray();
        var made = await Bulk(vendor).CreateManyAsync(vendor.Scope, Members, asked, default);
        made.Select(one => one.Failure?.Kind).ShouldBe([null, FailureKind.Conflict, FailureKind.Conflict, FailureKind.Permanent, FailureKind.Conflict, FailureKind.Permanent]);
        (await vendor.RowsAsync(Members)).Select(row => $"{row.GetProperty("email_address")} {row.GetProperty("status")} {row.GetProperty("archived")} {row.GetProperty("FNAME")}").Order().ShouldBe(
            ["archived@example.org unsubscribed True ", "new@example.org subscribed False New", "unsubscribed@example.org unsubscribed False "]);
    }

    [Fact]
    public async Task Bulk_Updates_SayNothingOfConsent_AndLeaveTheRestToOneCallEach()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var all = new List<Record>();
        foreach (var (email, status) in new[] { ("a", "subscribed"), ("b", "unsubscribed"), ("c", "subscribed"), ("d", "subscribed"), ("e", "subscribed"), ("f", "subscribed"), ("g", "subscribed") })
            all.Add(await CreateAsync(vendor, ("email_address", Text($"{email}@example.org")), ("status", Text(status)), ("tags", new FieldValue.Set("One", "Two")), ("merge_fields.ADDRESS.city", Text("Rome"))));
        await vendor.EditAsync(Members, all[5].Id, new { email_address = "elsewhere@example.org" });
        await vendor.EditAsync(Members, all[6].Id, new { status = "unsubscribed" });
        FieldSet[] fields =
        [
            FieldSet.Of(("merge_fields.ADDRESS.zip", Text("00100"))),
            FieldSet.Of(("status", Text("subscribed")), ("merge_fields.FNAME", Text("B"))),
            FieldSet.Of(("tags", new FieldValue.Set("Two", "Three"))),
            FieldSet.Of(("email_address", Text("moved@example.org"))),
            FieldSet.Of(("archived", FieldValue.Of(true))),
            FieldSet.Of(("merge_fields.FNAME", Text("F"))),
            FieldSet.Of(("status", Text("subscribed")), ("merge_fields.FNAME", Text("G"))),
        ];
        vendor.Calls.Clear();
        var written = await Bulk(vendor).UpdateManyAsync(vendor.Scope, Members, [.. fields.Select((one, number) => new BulkUpdate(all[number].Id, one, all[number]))], default);
        (written[0].Success().Fields["merge_fields.ADDRESS.city"], written[0].Value!.Fields["merge_fields.ADDRESS.zip"]).ShouldBe((Text("Rome"), Text("00100")));
        (written[1].Success().Fields["status"], written[1].Value!.Fields["merge_fields.FNAME"]).ShouldBe((Text("unsubscribed"), Text("B")));
        written[2].Success().Fields["tags"].ShouldBe(new FieldValue.Set("Three", "Two"));
        written[3].Success().Fields["email_address"].ShouldBe(Text("moved@example.org"));
        written[4].Success().Fields["archived"].ShouldBe(FieldValue.Of(true));
        (written[5].Success().Fields["merge_fields.FNAME"], written[5].Value!.Fields["email_address"]).ShouldBe((Text("F"), Text("elsewhere@example.org")));
        written[6].Success().Fields["status"].ShouldBe(Text("unsubscribed"), "since it was read, the person has unsubscribed");
        (await vendor.CountAsync(Members)).ShouldBe(7, "nobody was made anew under an old address");
        vendor.Calls.Count(call => call.Method == "POST" && call.Path.EndsWith("/a6b5d003e9", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Token_LeadsToTheApiOfItsAccount_AndItsOnlyAudience()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp", null, ("apiBase", "https://{dc}.api.mailchimp.com/3.0/"), ("audience", ""));
        vendor.Scope = vendor.Scope with { Credentials = new TestCredentials(await vendor.IssueTokensAsync()) };
        await CreateAsync(vendor, ("email_address", Text("pat@example.org")));
        await CreateAsync(vendor, ("email_address", Text("zoë@example.org")));
        vendor.Calls.Count(call => call.Path.EndsWith("/metadata", StringComparison.Ordinal)).ShouldBe(1);
        vendor.Calls.Count(call => call.Path.EndsWith("/lists", StringComparison.Ordinal)).ShouldBe(1);

        await vendor.AddAsync("lists", new { name = "Second" });
        var other = TestConnection.ScopeOf(vendor.Scope.Settings.Select(setting => (setting.Key, setting.Value)), vendor.Scope.Credentials) with { Connection = new ConnectionId("c2") };
        (await vendor.Connector.GetAsync(other, Members, "pat@example.org", default)).Failed(FailureKind.Misconfigured).Message.ShouldContain("a6b5d003e9 (Supporters)");
        vendor.Scope = vendor.Scope with { Settings = vendor.Scope.Settings.SetItem("audience", "gone") };
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Failed(FailureKind.Misconfigured);
    }

    [Fact]
    public async Task Webhook_IsMadeOnce_MendedAndMoved_AndTellsOfWhatPeopleDo()
    {
        await using var sink = await CallbackSink.StartAsync();
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var registrar = (IWebhookRegistrar)vendor.Connector;
        var (address, later) = (sink.Address("/api/webhooks/mailchimp/one"), sink.Address("/api/webhooks/mailchimp/two"));
        var first = (await registrar.RegisterAsync(vendor.Scope, address, null, default)).Success();
        first.Secret.ShouldNotBeNullOrEmpty();
        (await sink.NextAsync()).Headers["User-Agent"].ShouldContain("WebHook Validator");
        var again = (await registrar.RegisterAsync(vendor.Scope, address, first, default)).Success();
        (again.Ids.ShouldHaveSingleItem(), again.Secret, again.Mended).ShouldBe((first.Ids[0], first.Secret, null));

        // What the API does is told nobody.
        var made = await CreateAsync(vendor, ("email_address", Text("pat@example.org")), ("status", Text("subscribed")));
        await vendor.EditAsync(Members, made.Id, new { FNAME = "Pat", ADDRESS = new { city = "Rome" } });
        await SaysAsync("profile");
        await vendor.EditAsync(Members, made.Id, new { status = "unsubscribed" });
        await SaysAsync("unsubscribe");
        await vendor.EditAsync(Members, made.Id, new { status = "subscribed" });
        await SaysAsync("subscribe");
        await vendor.EditAsync(Members, made.Id, new { status = "cleaned" });
        await SaysAsync("cleaned");

        await vendor.RemoveAsync("webhooks", first.Ids[0]);
        var mended = (await registrar.RegisterAsync(vendor.Scope, address, first, default)).Success();
        (mended.Mended is null, mended.Secret == first.Secret).ShouldBe((false, false));
        var moved = (await registrar.RegisterAsync(vendor.Scope, later, mended, default)).Success();
        (await vendor.RowsAsync("webhooks")).ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe(moved.Ids.ShouldHaveSingleItem());
        // A secret that never reached us is of no use: another one is made.
        (await registrar.RegisterAsync(vendor.Scope, later, null, default)).Success().Ids.ShouldHaveSingleItem().ShouldNotBe(moved.Ids[0]);
        var last = (await vendor.RowsAsync("webhooks")).ShouldHaveSingleItem().GetProperty("id").GetString()!;
        (await registrar.UnregisterAsync(vendor.Scope, new WebhookRegistration([last, "gone"]), default)).Success();
        (await vendor.RowsAsync("webhooks")).ShouldBeEmpty();

        async Task SaysAsync(string type)
        {
            var request = (await sink.NextAsync()).AsRequest();
            Encoding.UTF8.GetString(request.Body.Span).ShouldStartWith($"type={type}&");
            MailchimpCatalog.Catalog.Webhooks!.Verify!(request, first.Secret!, vendor.Clock.GetUtcNow()).ShouldBeTrue(type);
            var touched = MailchimpCatalog.Catalog.Webhooks.Read(request).ShouldNotBeNull().ShouldHaveSingleItem();
            (await GetAsync(vendor, touched.Id)).Success().Id.ShouldBe(made.Id, type);
        }
    }

    [Fact]
    public async Task Webhook_OfAnAccountThatSignsNothing_IsTaken_UnlessASignatureIsAsked()
    {
        await using var sink = await CallbackSink.StartAsync();
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var registrar = (IWebhookRegistrar)vendor.Connector;
        await vendor.SwitchAsync("signs", false);
        var unsigned = (await registrar.RegisterAsync(vendor.Scope, sink.Address("/one"), null, default)).Success();
        unsigned.Secret.ShouldBeNull();
        (await registrar.RegisterAsync(vendor.Scope, sink.Address("/one"), unsigned, default)).Success().Ids.ShouldBe(unsigned.Ids);

        vendor.Scope = vendor.Scope with { Settings = vendor.Scope.Settings.SetItem("requireSignature", "true") };
        (await registrar.RegisterAsync(vendor.Scope, sink.Address("/one"), null, default)).Failed(FailureKind.Misconfigured);
        (await registrar.RegisterAsync(vendor.Scope, new Uri("http://127.0.0.1:1/nobody"), null, default)).Failed(FailureKind.Permanent).Message.ShouldContain("url");
    }

    [Fact]
    public async Task Refusals_AreNamed()
    {
        await using var vendor = await Simulated.StartAsync("mailchimp");
        var id = await vendor.AddAsync(Members, new { email_address = "pat@example.org" });
        (await UpdateAsync(vendor, id, ("email_address", Text("broken")))).Failed(FailureKind.Permanent).Message.ShouldBe("Mailchimp does not accept this: email_address: Please provide a valid email address.");
        await vendor.SwitchAsync("edgeRefuses", true);
        (await GetAsync(vendor, id)).Failed(FailureKind.RateLimited).Until.ShouldNotBeNull();
    }

    private static IBulkWriter Bulk(Simulated vendor) => (IBulkWriter)vendor.Connector;

    private static FieldValue Text(string text) => FieldValue.Of(text);

    private static async Task<Record> CreateAsync(Simulated vendor, params (string Name, FieldValue Value)[] fields)
    {
        vendor.Clock.Step();
        return (await vendor.Connector.CreateAsync(vendor.Scope, Members, FieldSet.Of(fields), default)).Success();
    }

    private static Task<VendorResult<Record>> UpdateAsync(Simulated vendor, string id, params (string Name, FieldValue Value)[] fields)
    {
        vendor.Clock.Step();
        return vendor.Connector.UpdateAsync(vendor.Scope, Members, id, FieldSet.Of(fields), default);
    }

    private static Task<VendorResult<Record>> GetAsync(Simulated vendor, string id) => vendor.Connector.GetAsync(vendor.Scope, Members, id, default);

    private static Task<IReadOnlyList<Record>> FindAsync(Simulated vendor, string email) => FindAsync(vendor, "email_address", email);

    private static async Task<IReadOnlyList<Record>> FindAsync(Simulated vendor, string field, string value) =>
        (await vendor.Connector.ListAsync(vendor.Scope, Members, new ListRequest(Where: FieldSet.Of((field, Text(value)))), default)).Success().Records;
}
