package org.gridappliance.tests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Who may know whom among the modules: arrows go one way. Each module is one package with its
 * subpackages.
 */
@AnalyzeClasses(
    packages = "org.gridappliance",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleArrowsTest {

  private static final String ROOT = "org.gridappliance.";

  @ArchTest static final ArchRule jobsKnowNothingOfOurs = knowsOnly("jobs");
  @ArchTest static final ArchRule webdavKnowsNothingOfOurs = knowsOnly("webdav");
  @ArchTest static final ArchRule vncKnowsNothingOfOurs = knowsOnly("vnc");
  @ArchTest static final ArchRule ipopKnowsNothingOfOurs = knowsOnly("ipop");
  @ArchTest static final ArchRule evmKnowsNothingOfOurs = knowsOnly("evm");

  @ArchTest static final ArchRule caKnowsNothingOfOurs = knowsOnly("ca");

  @ArchTest
  static final ArchRule portalKnowsJobsWebdavVncTheEvmAndTheCa =
      knowsOnly("portal", "jobs", "webdav", "vnc", "evm", "ca");

  @ArchTest
  static final ArchRule agentKnowsTheEvmTheCaAndTheContractOfJobs =
      knowsOnly("agent", "evm", "ca", "jobs.lease");

  /** Names are module packages without the common prefix; a module always knows itself. */
  private static ArchRule knowsOnly(String module, String... others) {
    DescribedPredicate<JavaClass> known = resideInAPackage(ROOT + module + "..");
    for (String other : others) {
      known = known.or(resideInAPackage(ROOT + other + ".."));
    }
    return noClasses()
        .that()
        .resideInAPackage(ROOT + module + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.gridappliance..").and(not(known)).as("are of another module"))
        .as(
            module
                + " knows of ours "
                + (others.length == 0 ? "nothing" : String.join(", ", others)))
        .allowEmptyShould(true);
  }
}
