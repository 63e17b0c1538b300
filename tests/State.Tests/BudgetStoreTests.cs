using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class BudgetStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private static readonly DateOnly Today = new(2026, 3, 4);

    private BudgetStore Store => new(Tables, Ids);

    [Fact]
    public async Task Use_UpToTheLimit_GrantsWhatIsLeft()
    {
        (await UseAsync(60)).ShouldBe(60);
        (await UseAsync(60)).ShouldBe(40);
        (await UseAsync(1)).ShouldBe(0);
        (await Store.ReadAsync(Acme, Crm, Today, Cancel)).ShouldBe(100);
        (await Store.ReadAsync(Acme, Crm, Today.AddDays(1), Cancel)).ShouldBe(0);
        (await Store.UseAsync(Acme, Crm, Today, 5, 50, Cancel)).ShouldBe(0);
    }

    [Fact]
    public async Task Use_ByManyAtOnce_NeverGrantsMoreThanTheLimit()
    {
        var granted = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => UseAsync(10)));

        granted.Sum().ShouldBe(100);
        (await Store.ReadAsync(Acme, Crm, Today, Cancel)).ShouldBe(100);
    }

    [Fact]
    public async Task Use_AnswerLost_IsCountedOnce()
    {
        await UseAsync(10);
        LoseAnswer("table replace");

        (await UseAsync(10)).ShouldBe(10);
        (await Store.ReadAsync(Acme, Crm, Today, Cancel)).ShouldBe(20);
    }

    private Task<int> UseAsync(int calls) => Store.UseAsync(Acme, Crm, Today, calls, 100, Cancel);
}
