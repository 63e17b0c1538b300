using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class PersonStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private readonly StoppedClock _clock = new(Now);

    private PersonStore Store => new(Tables, _clock);

    [Fact]
    public async Task Person_FullAndBare_ComesBack()
    {
        var full = new Person("https://issuer.example/", "auth0|ada/1 ü", "Ada") { Email = "ada@acme.example", PasswordHash = "hash", IsOperator = true, CreatedAt = Now };
        var bare = new Person(Person.Local, "ben@acme.example", "Ben") { CreatedAt = Now };

        (await Store.InsertAsync(full, Cancel)).ShouldBeTrue();
        (await Store.InsertAsync(bare, Cancel)).ShouldBeTrue();

        (await Store.GetAsync(full.Id, Cancel)).ShouldNotBeNull().Value.ShouldBe(full);
        (await Store.GetAsync(bare.Id, Cancel)).ShouldNotBeNull().Value.ShouldBe(bare);
        (await Store.InsertAsync(bare with { Name = "Other" }, Cancel)).ShouldBeFalse();
        // The issuer's word about a name counts, what the app knows beside it stays.
        await Store.RememberAsync(full with { Name = "Ada L.", PasswordHash = null, IsOperator = false }, Cancel);
        (await Store.GetAsync(full.Id, Cancel)).ShouldNotBeNull().Value.ShouldBe(full with { Name = "Ada L." });
    }

    [Fact]
    public void PersonId_OfAnotherIssuerOrSubject_IsAnother() => new[]
    {
        PersonId.Of("a", "bc"), PersonId.Of("ab", "c"), PersonId.Of("a", "b|c"), PersonId.Of("a|b", "c"), PersonId.Of("1|a", "bc"),
    }.ShouldBeUnique();

    [Fact]
    public async Task Session_ComesBackUntilItEnds()
    {
        var person = PersonId.Of(Person.Local, "ada@acme.example");
        var (first, second) = (New("one"), New("two") with { Email = "ada@acme.example", IsOperator = true, IsLocal = true, Address = "192.0.2.7", Browser = "A browser" });
        await Store.BeginAsync(first, Cancel);
        await Store.BeginAsync(second, Cancel);

        (await Store.FindSessionAsync(person, "two", Cancel)).ShouldNotBeNull().Value.ShouldBe(second);
        (await Store.FindSessionAsync(person, "three", Cancel)).ShouldBeNull();
        _clock.Now = Now.AddMinutes(20);
        (await Store.FindSessionAsync(person, "one", Cancel)).ShouldBeNull("it rested too long");
        _clock.Now = Now.AddMinutes(19);
        await Store.NoteUsedAsync((await Store.FindSessionAsync(person, "one", Cancel)).ShouldNotBeNull(), _clock.Now, "192.0.2.8", Cancel);
        _clock.Now = Now.AddMinutes(38);
        (await Store.SessionsAsync(person, Cancel)).ShouldHaveSingleItem().ShouldBe(first with { LastUsedAt = Now.AddMinutes(19), Address = "192.0.2.8" });
        (await Store.FindSessionAsync(person, "one", Cancel)).ShouldNotBeNull();
        _clock.Now = Now.AddHours(1);
        (await Store.FindSessionAsync(person, "one", Cancel)).ShouldBeNull("it is too old");

        _clock.Now = Now;
        await Store.EndAllAsync(person, but: Keys.OfSecret("two"), Cancel);
        (await Store.FindSessionAsync(person, "one", Cancel)).ShouldBeNull();
        (await Store.FindSessionAsync(person, "two", Cancel)).ShouldNotBeNull();
        _clock.Now = Now.AddHours(2);
        await Store.RemoveExpiredAsync(Cancel);
        _clock.Now = Now;
        (await Store.FindSessionAsync(person, "two", Cancel)).ShouldBeNull();

        Session New(string token) => new(person, Keys.OfSecret(token), "Ada") { CreatedAt = Now, LastUsedAt = Now, Idle = TimeSpan.FromMinutes(20), ExpiresAt = Now.AddHours(1) };
    }

    [Fact]
    public async Task Tenants_PointedAtAndLeft_AreListed()
    {
        var person = PersonId.Of(Person.Local, "ada@acme.example");
        await Store.PointAtTenantAsync(person, Acme, Cancel);
        await Store.PointAtTenantAsync(person, Acme, Cancel);
        await Store.PointAtTenantAsync(person, new("beta"), Cancel);
        (await Store.TenantsAsync(person, Cancel)).ShouldBe([Acme, new("beta")]);

        await Store.LeaveTenantAsync(person, Acme, Cancel);

        (await Store.TenantsAsync(person, Cancel)).ShouldBe([new("beta")]);
    }

    [Fact]
    public async Task Guesses_AtOnceAndOneAfterTheOther_GetSlower()
    {
        var guesses = new GuessStore(Tables, Ids, _clock);
        var atOnce = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => guesses.CountAsync("account", 3, TimeSpan.FromSeconds(4), Cancel)));
        atOnce.Count(wait => wait is null).ShouldBe(3);

        foreach (var seconds in new[] { 1, 2, 4, 4 })
        {
            var next = (await guesses.CountAsync("account", 3, TimeSpan.FromSeconds(4), Cancel)).ShouldNotBeNull();
            (next - _clock.Now).ShouldBe(TimeSpan.FromSeconds(seconds));
            _clock.Now = next;
            (await guesses.CountAsync("account", 3, TimeSpan.FromSeconds(4), Cancel)).ShouldBeNull();
        }

        (await guesses.CountAsync("other", 3, TimeSpan.FromSeconds(4), Cancel)).ShouldBeNull();
        await guesses.ForgetAsync("account", Cancel);
        (await guesses.CountAsync("account", 3, TimeSpan.FromSeconds(4), Cancel)).ShouldBeNull();
    }
}
