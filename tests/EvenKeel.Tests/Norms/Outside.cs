using System.Runtime.CompilerServices;
using EvenKeel.Norms;
using HalvingNorm;

namespace EvenKeel.Tests.Norms;

/// <summary>Registers the sample's method before any test looks at the list, so that it goes through all of them.</summary>
internal static class Outside
{
    [ModuleInitializer]
    internal static void Register() => Norm.Register<Halving>();
}
