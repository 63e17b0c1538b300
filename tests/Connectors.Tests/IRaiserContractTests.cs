using System.Collections.Immutable;
using System.Text;
using SyncFunctions.Connectors.IRaiser;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors.Tests;

/// <summary>What iRaiser does beyond the others: people who are part of what they gave, few calls, nothing to be written.</summary>
[Trait("Category", "Contract")]
public sealed class IRaiserContractTests
{
    private static readonly WebhookFormat Format = IRaiserCatalog.Catalog.Webhooks!;

    [Fact]
    public async Task Gifts_TellMoneyToTheCentAndWhoGave()
    {
        await using var vendor = await Simulated.StartAsync("iraiser");
        var donation = await vendor.AddAsync("donations", new { email = " Ada@Example.org ", first_name = "Ada", infix = "van", last_name = "Byron", donation_amount = "12345.1", project_title = "Winter appeal", anonymous = true });
        var read = (await vendor.Connector.GetAsync(vendor.Scope, "donations", donation, default)).Success();
        (read.Fields["amount"], read.Fields["donor"], read.Fields["reference"], read.Fields["status"], read.Fields["anonymous"])
            .ShouldBe((FieldValue.Of(12345.10m), new FieldValue.Reference("ada@example.org"), FieldValue.Of("Winter appeal"), FieldValue.Of("paid"), FieldValue.Of(true)));
        read.Fields["date"].ShouldBe(FieldValue.Of(new DateOnly(2026, 3, 4)));
        read.Label.ShouldBe("Ada van Byron 12345.10 EUR");

        var member = await vendor.AddAsync("recurring_donors", new { email = "ada@example.org", amount = "0.10", start_date = "2024-02-29", frequency_type = "yearly" });
        var membership = (await vendor.Connector.GetAsync(vendor.Scope, "memberships", member, default)).Success();
        (membership.Fields["amount"], membership.Fields["date"], membership.Fields["frequency"], membership.Fields["donor"])
            .ShouldBe((FieldValue.Of(0.10m), FieldValue.Of(new DateOnly(2024, 2, 29)), FieldValue.Of("yearly"), new FieldValue.Reference("ada@example.org")));
        var order = await vendor.AddAsync("orders", new { total_amount = "19.99", description = "T-shirt" });
        var purchase = (await vendor.Connector.GetAsync(vendor.Scope, "purchases", order, default)).Success();
        (purchase.Fields["amount"], purchase.Fields["reference"], purchase.Fields["donor"]).ShouldBe((FieldValue.Of(19.99m), FieldValue.Of("T-shirt"), new FieldValue.Reference($"purchase:{order}")));
        (await vendor.Connector.GetAsync(vendor.Scope, "purchases", "999999", default)).Failed(FailureKind.NotFound);

        // Of the same number, and all of them gifts elsewhere.
        (donation, member, order).ShouldBe(("1001", "1001", "1001"));
        new[] { read.Id, membership.Id, purchase.Id }.ShouldBe(["1001", "membership-1001", "purchase-1001"]);
        (await vendor.Connector.GetAsync(vendor.Scope, "purchases", purchase.Id, default)).Success().ShouldBe(purchase);
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "memberships", new ListRequest(vendor.Clock.GetUtcNow().AddSeconds(-5)))).ShouldHaveSingleItem().ShouldBe(membership);
    }

    [Fact]
    public async Task Donors_AreMadeOfTheNewestThatTheyGave()
    {
        await using var vendor = await Simulated.StartAsync("iraiser");
        var old = await vendor.AddAsync("donations", new { email = "Ada@example.org", first_name = "Ada", last_name = "Byron", address = new { street = "Quay", house_number = "1", house_number_addition = "B", city = "Bath" } });
        await vendor.AddAsync("orders", new { email = "ada@example.org", first_name = "Ada", last_name = "Lovelace", phone = "1", birthday = "1985-12-10", newsletter = true, address = new { street = "Square", house_number = "12", zipcode = "SW1", city = "London", country = "GB" } });
        var nobody = await vendor.AddAsync("donations", new { anonymous = true });
        await vendor.AddAsync("recurring_donors", new { email = "olu@example.org", company = "Olu & Co" });

        var found = await DonorsAsync(vendor);
        found.Keys.ShouldBe(["ada@example.org", $"donation:{nobody}", "olu@example.org"], ignoreOrder: true);
        var ada = found["ada@example.org"];
        ada.Fields.ShouldBe(FieldSet.Of(
            ("email", FieldValue.Of("ada@example.org")), ("first_name", FieldValue.Of("Ada")), ("last_name", FieldValue.Of("Lovelace")), ("phone", FieldValue.Of("1")),
            ("street", FieldValue.Of("Square 12")), ("city", FieldValue.Of("London")), ("zipcode", FieldValue.Of("SW1")), ("country", FieldValue.Of("GB")),
            ("company", FieldValue.None), ("birthday", FieldValue.Of(new DateOnly(1985, 12, 10))), ("gender", FieldValue.None), ("locale", FieldValue.Of("nl")), ("newsletter", FieldValue.Of(true))));
        found["olu@example.org"].Label.ShouldBe("Olu & Co");
        found[$"donation:{nobody}"].Fields["email"].ShouldBe(FieldValue.None);

        // What is paid back brings no old address back, in a process that has read nothing yet either.
        var since = vendor.Clock.GetUtcNow().AddSeconds(1);
        await vendor.EditAsync("donations", old, new { payment_status = "refunded" });
        (await DonorsAsync(vendor, since)).ShouldBeEmpty();
        using var http = VendorPipeline.CreateClient();
        var other = new Systems(new VendorPipeline(http, vendor.Time, new Random(1)))["iraiser"];
        (await Lists.AllAsync(other, vendor.Scope, "donors", new ListRequest(since))).ShouldBeEmpty();
        (await other.GetAsync(vendor.Scope, "donors", $"donation:{old}", default)).Success().Id.ShouldBe("ada@example.org");
        (await other.GetAsync(vendor.Scope, "donors", "ADA@example.org", default)).Success().Fields["last_name"].ShouldBe(FieldValue.Of("Lovelace"));
    }

    [Fact]
    public async Task Donor_WhoIsNotThere_IsSaidSoAfterEverythingWasRead()
    {
        await using var vendor = await Simulated.StartAsync("iraiser", null, ("pageSize", "20"));
        await vendor.AddBulkAsync("donations", Enumerable.Range(0, 45).Select(number => new { email = $"p{number}@example.org" }));
        (await vendor.Connector.GetAsync(vendor.Scope, "donors", "p7@example.org", default)).Success().Id.ShouldBe("p7@example.org");
        vendor.Calls.Count.ShouldBeGreaterThanOrEqualTo(5, "three pages of donations, one of each other list");
        vendor.Calls.Clear();
        (await vendor.Connector.GetAsync(vendor.Scope, "donors", "nobody@example.org", default)).Failed(FailureKind.NotFound);
        (await vendor.Connector.GetAsync(vendor.Scope, "donors", "p44@example.org", default)).Success();
        vendor.Calls.ShouldBeEmpty();

        // A while later what came since is looked at, and no more.
        vendor.Time.Advance(TimeSpan.FromMinutes(2));
        await vendor.AddAsync("orders", new { email = "new@example.org" });
        (await vendor.Connector.GetAsync(vendor.Scope, "donors", "new@example.org", default)).Success();
        vendor.Calls.Count.ShouldBeInRange(3, 6);

        vendor.Time.Advance(TimeSpan.FromMinutes(2));
        vendor.Calls.Clear();
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => vendor.Connector.GetAsync(vendor.Scope, "donors", $"p{number}@example.org", default)));
        asked.ShouldAllBe(donor => donor.Failure == null);
        vendor.Calls.Count.ShouldBeInRange(3, 6, "all of them wait for the same lists");
        (await vendor.Connector.GetAsync(vendor.Scope, "donors", "donation:999999", default)).Failed(FailureKind.NotFound);
    }

    [Fact]
    public async Task Writes_AreRefused()
    {
        await using var vendor = await Simulated.StartAsync("iraiser");
        var fields = FieldSet.Of(("first_name", FieldValue.Of("Ada")));
        (await vendor.Connector.CreateAsync(vendor.Scope, "donors", fields, default)).Failed(FailureKind.Permanent).Message.ShouldContain("source only");
        (await vendor.Connector.UpdateAsync(vendor.Scope, "donors", "ada@example.org", fields, default)).Failed(FailureKind.Permanent);
        (await vendor.Connector.DeleteAsync(vendor.Scope, "donations", "1", default)).Failed(FailureKind.Permanent);
        (await vendor.Connector.ListAsync(vendor.Scope, "donors", new ListRequest(Where: fields), default)).Failed(FailureKind.Permanent);
        IRaiserCatalog.Catalog.Kinds.SelectMany(kind => kind.Fields).ShouldAllBe(field => !field.Writable);
        vendor.Calls.ShouldBeEmpty();
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Success().ShouldBe(new VendorAccount("demo", "Demo Practice"));
    }

    [Fact]
    public async Task Calls_UsedUp_WaitForTheNextMinuteOrHourOfTheVendorsClock()
    {
        var test = TestConnection.IRaiser();
        var now = test.Time.GetUtcNow();
        const string Empty = """{"donations":[],"total_entries":0,"total_pages":1,"current_page":1}""";
        test.Vendor.On("GET /v1/donations", HttpStatus(200), Empty, ("Date", "Wed, 04 Mar 2026 07:10:20 GMT"), ("X-RateLimit-Remaining-Minute", "0"), ("X-RateLimit-Remaining-Hour", "400"));
        (await test.Connector.ListAsync(test.Scope, "donations", new ListRequest(), default)).Success();
        (await test.Connector.ListAsync(test.Scope, "donations", new ListRequest(), default)).Failed(FailureKind.RateLimited).Until.ShouldBe(now.AddSeconds(40));
        test.Vendor.Sent.Count.ShouldBe(1);

        test.Time.Advance(TimeSpan.FromSeconds(40));
        now = test.Time.GetUtcNow();
        test.Vendor.On("GET /v1/donations", HttpStatus(429), """{"message":"x"}""", ("Date", "Wed, 04 Mar 2026 07:20:00 GMT"), ("X-RateLimit-Remaining-Minute", "0"), ("X-RateLimit-Remaining-Hour", "0"));
        (await test.Connector.ListAsync(test.Scope, "donations", new ListRequest(), default)).Failed(FailureKind.RateLimited).Until.ShouldBe(now.AddMinutes(40));

        // The simulated vendor counts in the same way.
        await using var vendor = await Simulated.StartAsync("iraiser");
        await vendor.SetAsync(new { minuteLimit = 2 });
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Success();
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Success();
        (await vendor.Connector.IdentifyAsync(vendor.Scope, default)).Failed(FailureKind.RateLimited).Until!.Value.ShouldBeInRange(vendor.Time.GetUtcNow(), vendor.Time.GetUtcNow().AddMinutes(1));
    }

    [Theory]
    [InlineData("application/json", """{"object_type":"Donation","object_id":42,"event_type":"donations.update","application":"Kentaa","site_id":1}""", "donors donation:42, donations 42")]
    [InlineData("application/json; charset=utf-8", """{"object_type":"RecurringDonor","object_id":"7","event_type":"recurring_donors.update"}""", "donors membership:7, memberships membership-7")]
    [InlineData("application/x-www-form-urlencoded", "object_type=Order&object_id=9&event_type=orders.update&application=Kentaa", "donors purchase:9, purchases purchase-9")]
    [InlineData("application/json", """{"object_type":"Action","object_id":3,"event_type":"actions.create"}""", "")]
    [InlineData("application/json", """{"object_id":3}""", null)]
    public void Events_TellWhichRecordToLookAt(string type, string body, string? touched)
    {
        var request = new WebhookRequest(Encoding.UTF8.GetBytes(body), ImmutableDictionary<string, string>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase).Add("content-type", type));
        var read = Format.Read(request);
        (read is { } records ? string.Join(", ", records.Select(record => $"{record.Kind} {record.Id}")) : null).ShouldBe(touched);
        var withKey = request with { Query = ImmutableDictionary<string, string>.Empty.Add("key", "s3cret") };
        Format.Verify!(withKey, "s3cret", default).ShouldBeTrue();
        Format.Verify(withKey, "s3cret2", default).ShouldBeFalse();
        Format.Verify(request, "s3cret", default).ShouldBeFalse();
        Format.MayBeUnsigned.ShouldBeTrue();
    }

    private static System.Net.HttpStatusCode HttpStatus(int status) => (System.Net.HttpStatusCode)status;

    private static async Task<Dictionary<string, Record>> DonorsAsync(Simulated vendor, DateTimeOffset? since = null) =>
        // As the app takes them: of one that comes twice the later counts.
        (await Lists.AllAsync(vendor.Connector, vendor.Scope, "donors", new ListRequest(since))).GroupBy(donor => donor.Id).ToDictionary(group => group.Key, group => group.Last());
}
