using SyncFunctions.Engine;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.State.Tests;

public sealed class ClaimStoreTests(AzuriteFixture azurite) : StateTest(azurite)
{
    private readonly StoppedClock _clock = new(Now);

    private ClaimStore Store => new(Tables, _clock);

    [Fact]
    public async Task Claim_OfMany_IsOnesUntilItIsDoneLeftOrExpired()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Store.TakeAsync(New($"mark {number}"), Cancel)));
        var mine = claims.Where(claim => claim.IsMine).ShouldHaveSingleItem().Claim;
        claims.Select(claim => claim.Claim.Value.Mark).Distinct().ShouldHaveSingleItem();

        _clock.Now = mine.Value.BusyUntil;
        var (left, isMine) = await Store.TakeAsync(New("later"), Cancel);
        (isMine, left.Value.Mark).ShouldBe((true, mine.Value.Mark), "What was left undone goes on.");
        (await Store.FinishAsync(mine, "late", Cancel)).ShouldBeFalse();
        (await Store.FinishAsync(left, "{\"done\":1}", Cancel)).ShouldBeTrue();

        (await Store.TakeAsync(New("other"), Cancel)).Claim.Value.ShouldBe(left.Value with { Result = "{\"done\":1}" });
        _clock.Now = left.Value.ExpiresAt.AddSeconds(1);
        (await Store.TakeAsync(New("new"), Cancel)).ShouldSatisfyAllConditions(taken => taken.IsMine.ShouldBeTrue(), taken => taken.Claim.Value.Mark.ShouldBe("new"));
        _clock.Now = _clock.Now.AddDays(2);
        await Store.RemoveExpiredAsync(Cancel);
        var (again, _) = await Store.TakeAsync(New("again"), Cancel);
        await Store.ReleaseAsync(again, Cancel);
        (await Store.TakeAsync(New("released"), Cancel)).IsMine.ShouldBeTrue();
    }

    private Claim New(string mark) => new(Flow, Claim.RecordCall("key"), mark, _clock.Now.AddMinutes(5), _clock.Now.AddDays(1));
}
