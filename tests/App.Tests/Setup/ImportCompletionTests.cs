using SyncFunctions.App.Notices;
using SyncFunctions.App.Setup;
using SyncFunctions.Engine;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.App.Tests.Setup;

public sealed class ImportCompletionTests(AzuriteFixture azurite)
{
    private static readonly FlowKey Key = new(HttpWorld.Tenant, new("flow"));
    private static readonly RunId Run = new("run-1");

    [Fact]
    public async Task Completion_CalledByManyAtOnce_SendsOneMail()
    {
        await using var smtp = new SmtpServer();
        await using var world = await BeginAsync(Run, "anna@example.com", smtp.Settings);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CompleteAsync(world)));
        await CompleteAsync(world);

        var mail = smtp.Mails.ShouldHaveSingleItem();
        mail.ShouldContain("anna@example.com");
        mail.ShouldContain("Message-ID: <import.acme.flow.run-1@example.com>", Case.Insensitive);
        var import = (await ImportAsync(world)).ShouldNotBeNull();
        import.Mail.State.ShouldBe(MailState.Sent);
        import.CompletedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task Mail_RefusedOnce_IsSentAgain()
    {
        await using var smtp = new SmtpServer(refusals: 1);
        await using var world = await BeginAsync(Run, "anna@example.com", smtp.Settings);

        await CompleteAsync(world);

        smtp.Mails.ShouldHaveSingleItem();
        (await ImportAsync(world))!.Mail.ShouldSatisfyAllConditions(mail => mail.State.ShouldBe(MailState.Sent), mail => mail.Attempts.ShouldBe(2));
    }

    [Fact]
    public async Task Mail_RefusedEveryTime_IsGivenUp()
    {
        await using var smtp = new SmtpServer(refusals: 100);
        await using var world = await BeginAsync(Run, "anna@example.com", smtp.Settings);

        await CompleteAsync(world);

        smtp.Mails.ShouldBeEmpty();
        (await ImportAsync(world))!.Mail.State.ShouldBe(MailState.Failed);
    }

    [Fact]
    public async Task Claim_OfSomebodyWhoDied_IsTakenOver()
    {
        await using var smtp = new SmtpServer();
        await using var world = await BeginAsync(Run, "anna@example.com", smtp.Settings);
        await world.Get<SetupState>().ChangeAsync(Key, document => document with
        {
            Import = document.Import! with
            {
                CompletedAt = world.Time.GetUtcNow(),
                Report = new ImportReport([], world.Time.GetUtcNow()),
                Mail = new SetupMail(MailState.Claimed, world.Time.GetUtcNow() + ImportCompletion.ClaimTime, 1),
            },
        }, default);

        world.Time.Advance(ImportCompletion.ClaimTime);
        await CompleteAsync(world);

        smtp.Mails.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(null, true, MailState.NotWanted)]
    [InlineData("anna@example.com", false, MailState.NotConfigured)]
    public async Task Mail_ThatNobodyCanOrWantsToGet_IsSaidSo(string? notify, bool configured, MailState expected)
    {
        await using var smtp = new SmtpServer();
        await using var world = await BeginAsync(Run, notify, configured ? smtp.Settings : []);

        await CompleteAsync(world);

        smtp.Mails.ShouldBeEmpty();
        (await ImportAsync(world))!.Mail.State.ShouldBe(expected);
    }

    [Fact]
    public async Task Run_ThatIsFasterThanTheRequestThatBeganIt_IsCompleted()
    {
        await using var world = await BeginAsync(run: null, notify: null);

        await CompleteAsync(world);

        (await ImportAsync(world)).ShouldNotBeNull().Run.ShouldBe(Run);
        (await ImportAsync(world))!.CompletedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task Run_OfSomebodyElse_ChangesNothing()
    {
        await using var world = await BeginAsync(Run, "anna@example.com");

        await world.Get<ImportCompletion>().CompleteAsync(Key, new RunId("another"), regardless: false, default);

        (await ImportAsync(world))!.CompletedAt.ShouldBeNull();
    }

    [Fact]
    public async Task Report_CountsWhatIsOnBothSides()
    {
        await using var world = await BeginAsync(Run, notify: null);
        var scope = new LinkScope(Key, "company");
        var now = world.Time.GetUtcNow();
        var link = new Link(new LinkId("l1"), "company") { State = LinkState.Active, LeftId = "1", RightId = "a" };
        IndexEntry Entry(Side side, string id, LinkId? to = null) => new(side, id) { Link = to, SeenAt = now };
        await world.Get<LinkStore>().CommitAsync(scope, [
            new LinkUnit { Link = link, Index = [IndexWrite.Insert(Entry(Side.Left, "1", link.Id)), IndexWrite.Insert(Entry(Side.Right, "a", link.Id))] },
            new LinkUnit { Index = [IndexWrite.Insert(Entry(Side.Left, "2"))] },
            new LinkUnit { Index = [IndexWrite.Insert(Entry(Side.Right, "b"))] },
            new LinkUnit { Index = [IndexWrite.Insert(Entry(Side.Right, "c"))] },
        ], default);

        await CompleteAsync(world);

        var report = (await ImportAsync(world))!.Report.ShouldNotBeNull();
        report.Kinds.Single(kind => kind.Kind == "company").ShouldBe(new ImportedKind("company", Left: 2, Right: 3, Linked: 1, UnmatchedLeft: 1, UnmatchedRight: 2, Failed: 0));
        report.Kinds.Select(kind => kind.Kind).ShouldBe(["staff", "company", "contact", "project"]);
    }

    [Fact]
    public async Task Report_WhileACreateMayStillBeOnItsWay_WaitsForItAndCountsNobodyTwice()
    {
        await using var world = await BeginAsync(Run, notify: null);
        var (scope, due) = (new LinkScope(Key, "company"), world.Time.GetUtcNow().AddMinutes(1));
        var link = new Link(new LinkId("l1"), "company") { State = LinkState.Creating, LeftId = "1" };
        var entry = new IndexEntry(Side.Left, "1") { Link = link.Id, SeenAt = world.Time.GetUtcNow() };
        await world.Get<LinkStore>().CommitAsync(scope, [new LinkUnit { Link = link, Index = [IndexWrite.Insert(entry)] }], default);
        await world.Get<LinkStore>().PutWorkAsync(scope, [new WorkItem("company", Side.Left, "1", WorkReason.Intent, due) { FirstAt = world.Time.GetUtcNow() }], default);

        (await CompleteAsync(world)).ShouldBe(due);
        (await ImportAsync(world))!.CompletedAt.ShouldBeNull();
        (await CompleteAsync(world, regardless: true)).ShouldBeNull();

        var report = (await ImportAsync(world))!.Report.ShouldNotBeNull();
        report.Kinds.Single(kind => kind.Kind == "company").ShouldBe(new ImportedKind("company", Left: 1, Right: 0, Linked: 0, UnmatchedLeft: 1, UnmatchedRight: 0, Failed: 1));
    }

    [Theory]
    [InlineData("anna@example.com", true)]
    [InlineData("a.b+c@sub.example.com", true)]
    [InlineData("Anna <anna@example.com>", false)]
    [InlineData("anna@example.com, ben@example.com", false)]
    [InlineData("anna@example.com\r\nBcc: all@example.com", false)]
    [InlineData("anna", false)]
    [InlineData("", false)]
    public void Address_OfOnePerson_AndNothingElse(string text, bool valid) => SmtpSettings.IsAddress(text).ShouldBe(valid);

    private async Task<HttpWorld> BeginAsync(RunId? run, string? notify, params (string Name, string Value)[] settings)
    {
        var world = await HttpWorld.StartAsync(azurite, settings);
        var flow = new Flow(Key, "synergy-tinyplus", "Main", new("left"), new("right")) { CreatedAt = world.Time.GetUtcNow() };
        await world.Get<FlowStore>().InsertAsync(flow, default);
        await world.Get<SetupState>().ChangeAsync(Key, document => document with { Import = new SetupImport(run, world.Time.GetUtcNow(), notify) }, default);
        return world;
    }

    private static Task<DateTimeOffset?> CompleteAsync(HttpWorld world, bool regardless = false) => world.Get<ImportCompletion>().CompleteAsync(Key, Run, regardless, default);

    private static async Task<SetupImport?> ImportAsync(HttpWorld world) =>
        (await world.Get<FlowStore>().GetDocumentAsync<SetupDocument>(Key, SetupDocument.Name, StateJson.Options, default))?.Value.Import;
}
