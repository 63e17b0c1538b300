using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using SyncFunctions.App.Access;

namespace SyncFunctions.App.Tests.Access;

public sealed class RoutesTests
{
    public static TheoryData<string> Functions => [.. Routes.All.Keys];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Function_OverHttp_SaysEitherWhatItNeedsOrWhyItIsOpen(string function)
    {
        var route = Routes.All[function];

        (route.Needs is null).ShouldBe(route.Open is not null, "exactly one of [Needs] and [Open]");
        if (route.Open is { Because: var because }) because.ShouldNotBeNullOrWhiteSpace();
        // The app itself looks at who calls: a host key, which the host would want, is the operator's.
        route.Method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).OfType<HttpTriggerAttribute>().Single()
            .AuthLevel.ShouldBe(AuthorizationLevel.Anonymous);
    }
}
