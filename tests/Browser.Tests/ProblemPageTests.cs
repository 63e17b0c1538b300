namespace SyncFunctions.Browser.Tests;

public sealed class ProblemPageTests(BrowserStack stack) : BrowserTest(stack)
{
    [Fact]
    public async Task ProblemPage_InEveryLook_IsWithoutFault()
    {
        var visit = await VisitAsync();
        await visit.Page.GotoAsync(new Uri(Stack.App.Address, "api/problems/flow-busy").AbsoluteUri);

        (await visit.FaultsAsync("problem")).ShouldBeEmpty();
    }
}
