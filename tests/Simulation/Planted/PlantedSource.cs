using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace SyncFunctions.Simulation.Planted;

/// <summary>
/// A source file with bugs that sleep: a method that has any becomes one that calls itself as it was, or as it is with the bug that is
/// awake.
/// </summary>
internal static class PlantedSource
{
    public const string SwitchType = "SyncFunctions.Planted.Bugs";

    public const string SwitchField = "Woken";

    /// <summary>The number of the bug that is awake on a thread; a part of each project that has bugs.</summary>
    public const string Switch = "namespace SyncFunctions.Planted { internal static class Bugs { [System.ThreadStatic] internal static int Woken; } }\n";

    private const int AsItWas = 0;

    /// <exception cref="InvalidOperationException">A bug's text is not in the file exactly once, or not in a method.</exception>
    public static CompilationUnitSyntax Of(string path, string source, IReadOnlyList<(PlantedBug Bug, int Number)> bugs, CSharpParseOptions language)
    {
        var root = ParseCompilationUnit(source, options: language);
        if (bugs.Count == 0) return root;
        var methods = bugs.GroupBy(bug => MethodAt(root, PlaceOf(bug.Bug, source), bug.Bug)).ToList();
        root = root.TrackNodes(methods.Select(method => method.Key));
        foreach (var method in methods)
        {
            var broken = method.Select(bug => (bug.Number, Method: MethodAt(ParseCompilationUnit(source.Replace(bug.Bug.Text, bug.Bug.Put, StringComparison.Ordinal), options: language), PlaceOf(bug.Bug, source), bug.Bug)));
            root = root.ReplaceNode(root.GetCurrentNode(method.Key)!, [Choosing(method.Key, [.. method.Select(bug => bug.Number)]), Hidden(method.Key, AsItWas), .. broken.Select(bug => Hidden(bug.Method, bug.Number))]);
        }

        return root;
    }

    private static int PlaceOf(PlantedBug bug, string source)
    {
        var times = source.Split(bug.Text).Length - 1;
        return times == 1 ? source.IndexOf(bug.Text, StringComparison.Ordinal) : throw new InvalidOperationException($"'{bug.Text}' stands {times} times in {bug.File}: the planted bug '{bug.Name}' has to be brought up to date.");
    }

    private static MethodDeclarationSyntax MethodAt(CompilationUnitSyntax root, int place, PlantedBug bug) =>
        root.FindToken(place).Parent!.AncestorsAndSelf().OfType<MethodDeclarationSyntax>().LastOrDefault() ?? throw new InvalidOperationException($"The planted bug '{bug.Name}' is not in a method.");

    private static MethodDeclarationSyntax Hidden(MethodDeclarationSyntax method, int number) => method
        .WithAttributeLists([])
        .WithExplicitInterfaceSpecifier(null)
        .WithIdentifier(Identifier(NameOf(method, number)))
        .WithModifiers(TokenList([Token(SyntaxKind.PrivateKeyword).WithTrailingTrivia(Space), .. method.Modifiers.Where(word => word.Kind() is SyntaxKind.StaticKeyword or SyntaxKind.AsyncKeyword or SyntaxKind.UnsafeKeyword).Select(word => word.WithoutTrivia().WithTrailingTrivia(Space))]))
        .WithReturnType(method.ReturnType.WithoutLeadingTrivia());

    private static MethodDeclarationSyntax Choosing(MethodDeclarationSyntax method, IReadOnlyList<int> numbers)
    {
        var isVoid = method.ReturnType is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword };
        var choice = $"global::{SwitchType}.{SwitchField}";
        var text = isVoid
            ? $"{{ switch ({choice}) {{ {string.Concat(numbers.Select(number => $"case {number}: {CallOf(method, number)}; break; "))}default: {CallOf(method, AsItWas)}; break; }} }}"
            : $"{{ return {choice} switch {{ {string.Concat(numbers.Select(number => $"{number} => {CallOf(method, number)}, "))}_ => {CallOf(method, AsItWas)} }}; }}";
        return method
            .WithModifiers(TokenList(method.Modifiers.Where(word => !word.IsKind(SyntaxKind.AsyncKeyword))))
            .WithBody((BlockSyntax)ParseStatement(text))
            .WithExpressionBody(null)
            .WithSemicolonToken(default);
    }

    private static string CallOf(MethodDeclarationSyntax method, int number)
    {
        var types = method.TypeParameterList is { } parameters ? $"<{string.Join(", ", parameters.Parameters.Select(type => type.Identifier.Text))}>" : "";
        var arguments = method.ParameterList.Parameters.Select(parameter => $"{parameter.Modifiers.FirstOrDefault(word => word.Kind() is SyntaxKind.RefKeyword or SyntaxKind.OutKeyword or SyntaxKind.InKeyword).Text} {parameter.Identifier.Text}".Trim());
        return $"{NameOf(method, number)}{types}({string.Join(", ", arguments)})";
    }

    private static string NameOf(MethodDeclarationSyntax method, int number) => $"{method.Identifier.Text}_{(number == AsItWas ? "AsItWas" : $"Bug{number}")}";
}
