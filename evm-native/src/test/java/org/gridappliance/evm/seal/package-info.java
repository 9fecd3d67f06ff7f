/** Tests of the Java side of sealed folders by itself. First file to read: SealedFolderTest. */
@NullMarked
package org.gridappliance.evm.seal;

import org.jspecify.annotations.NullMarked;
